/* A PC that has a bad day, for one program that is started with this in LD_PRELOAD: a slow disk, a full disk,
 * a clock that somebody sets. Compiled when it is needed (bench/shims/__init__.py).
 *
 *   SHIM_SYNC_US   every sync takes so many microseconds, the real one is left out: a disk that is slow and always
 *                  equally slow. Only for measuring: nothing is safe from a power cut.
 *   SHIM_PAGE      a file of 16 bytes, watched all the time: int32 how full the disk is (bits below), int32 unused,
 *                  int64 nanoseconds that the wall clock is off.
 *   SHIM_FOLDER    only files below this folder lie on the full disk.
 *   SHIM_SHADOW    a folder that always holds what a power cut would leave of the databases below SHIM_FOLDER, at the
 *                  worst: of each file (*.db, *.db-wal) what it held when its last sync began that has ended.
 *
 * The boot clock and the monotonic clock are left alone: nobody can set those.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* glibc reaches files beyond 2 GB under a second name; programs may have been built for either. */
#ifndef __GLIBC__
#define off64_t off_t
#endif

#define NO_GROWTH 1 /* a file cannot grow; what it has already may be written over */
#define NO_WRITE 2  /* nothing can be written, as on a disk that copies on write */
#define NO_SYNC 4   /* writes are taken, and the sync finds no room: delayed allocation, quotas, network disks */

struct page {
    volatile int32_t full;
    int32_t unused;
    volatile int64_t clock_ns;
};

static struct page calm;
static struct page *page = &calm;
static long sync_us = -1;
static const char *folder = "";
static const char *shadow = "";

static int (*real_clock)(clockid_t, struct timespec *);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_ftruncate)(int, off_t);
static int (*real_ftruncate64)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_range)(int, off64_t, off64_t, unsigned int);
static int (*real_unlink)(const char *);

#define REAL(slot, name) \
    do { \
        if (!slot) *(void **)&slot = dlsym(RTLD_NEXT, name); \
    } while (0)

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("SHIM_SYNC_US");
    if (text && *text) sync_us = atol(text);
    text = getenv("SHIM_FOLDER");
    if (text) folder = text;
    text = getenv("SHIM_SHADOW");
    if (text) shadow = text;
    text = getenv("SHIM_PAGE");
    if (text && *text) {
        int fd = open(text, O_RDONLY);
        void *found = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct page), PROT_READ, MAP_SHARED, fd, 0);
        if (found == MAP_FAILED) {
            fprintf(stderr, "SHIM_PAGE cannot be read: %s\n", text);
            abort();
        }
        page = found;
        close(fd);
    }
}

/* ---- the disk ---------------------------------------------------------------------------------- */

static int below_folder(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

static int is_file(int fd, struct stat *found) { return fstat(fd, found) == 0 && S_ISREG(found->st_mode); }

/* Whether a file may not be written up to byte ``end``; ``end`` < 0: where the file's own position is. */
static int no_room(int fd, off64_t end, size_t n) {
    int full = page->full;
    struct stat found;
    if (!(full & (NO_GROWTH | NO_WRITE)) || !is_file(fd, &found) || !below_folder(fd)) return 0;
    if (full & NO_WRITE) return 1;
    if (end < 0) {
        int flags = fcntl(fd, F_GETFL);
        end = (flags >= 0 && (flags & O_APPEND) ? found.st_size : lseek(fd, 0, SEEK_CUR)) + (off64_t)n;
    }
    return end > found.st_size;
}

static int refuse(void) {
    errno = ENOSPC;
    return -1;
}

ssize_t write(int fd, const void *data, size_t n) {
    REAL(real_write, "write");
    return page->full && no_room(fd, -1, n) ? refuse() : real_write(fd, data, n);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at) {
    REAL(real_pwrite, "pwrite");
    return page->full && no_room(fd, at + (off64_t)n, n) ? refuse() : real_pwrite(fd, data, n, at);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
    REAL(real_pwrite64, "pwrite64");
    return page->full && no_room(fd, at + (off64_t)n, n) ? refuse() : real_pwrite64(fd, data, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    size_t n = 0;
    REAL(real_writev, "writev");
    for (int i = 0; i < count; i++) n += parts[i].iov_len;
    return page->full && no_room(fd, -1, n) ? refuse() : real_writev(fd, parts, count);
}

int ftruncate(int fd, off_t size) {
    REAL(real_ftruncate, "ftruncate");
    return page->full && no_room(fd, size, 0) ? refuse() : real_ftruncate(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    REAL(real_ftruncate64, "ftruncate64");
    return page->full && no_room(fd, size, 0) ? refuse() : real_ftruncate64(fd, size);
}

static int slow(void) {
    struct timespec left = {sync_us / 1000000, (sync_us % 1000000) * 1000L};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) continue;
    return 0;
}

static int unsafe(int fd) {
    struct stat found;
    return (page->full & NO_SYNC) && is_file(fd, &found) && below_folder(fd);
}

static int is_database(const char *path) {
    size_t n = strlen(path);
    return *shadow && strncmp(path, folder, strlen(folder)) == 0 &&
           ((n > 3 && !strcmp(path + n - 3, ".db")) || (n > 7 && !strcmp(path + n - 7, ".db-wal")));
}

static void shadow_of(char *out, size_t n, const char *path, const char *end) {
    snprintf(out, n, "%s/%s%s", shadow, strrchr(path, '/') + 1, end);
}

/* What the file holds now, beside its shadow. */
static int copied(int fd, const char *to) {
    char block[65536];
    off_t at = 0;
    ssize_t n;
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out < 0) return 0;
    REAL(real_write, "write");
    while ((n = pread(fd, block, sizeof block, at)) > 0) {
        if (real_write(out, block, n) != n) n = -1;
        if (n < 0) break;
        at += n;
    }
    close(out);
    return n == 0;
}

/* One sync after the other: an older copy must not take the place of a newer one. */
static int synced(int fd, int (*real)(int)) {
    char link[64], path[4096], coming[4200], found[4200];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = *shadow ? readlink(link, path, sizeof path - 1) : -1;
    if (n >= 0) path[n] = 0;
    if (n < 0 || !is_database(path)) return sync_us >= 0 ? slow() : real(fd);
    shadow_of(found, sizeof found, path, ".lock");
    int lock = open(found, O_RDWR | O_CREAT, 0600);
    if (lock >= 0) flock(lock, LOCK_EX);
    shadow_of(coming, sizeof coming, path, ".coming");
    shadow_of(found, sizeof found, path, "");
    int good = copied(fd, coming);
    int failed = sync_us >= 0 ? slow() : real(fd);
    if (good && !failed) rename(coming, found);
    if (lock >= 0) close(lock);
    return failed;
}

int fsync(int fd) {
    REAL(real_fsync, "fsync");
    if (page->full && unsafe(fd)) return refuse();
    return synced(fd, real_fsync);
}

int fdatasync(int fd) {
    REAL(real_fdatasync, "fdatasync");
    if (page->full && unsafe(fd)) return refuse();
    return synced(fd, real_fdatasync);
}

int unlink(const char *path) {
    char found[4200];
    REAL(real_unlink, "unlink");
    if (is_database(path)) {
        shadow_of(found, sizeof found, path, "");
        real_unlink(found);
    }
    return real_unlink(path);
}

int sync_file_range(int fd, off64_t from, off64_t n, unsigned int flags) {
    REAL(real_range, "sync_file_range");
    if (page->full && unsafe(fd)) return refuse();
    return sync_us >= 0 ? slow() : real_range(fd, from, n, flags);
}

/* ---- the clock --------------------------------------------------------------------------------- */

int clock_gettime(clockid_t which, struct timespec *out) {
    REAL(real_clock, "clock_gettime");
    int failed = real_clock(which, out);
    int64_t off = page->clock_ns;
    if (failed || !off || (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE)) return failed;
    int64_t ns = (int64_t)out->tv_sec * 1000000000 + out->tv_nsec + off;
    out->tv_sec = ns / 1000000000;
    out->tv_nsec = ns % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
