"""The icons our screens use, by their names in the Tabler set (https://tabler.io/icons, MIT).

``icons.svg`` holds all of them for screens in the office's network; ``icons-phone.svg`` only those
of the visitor's page, which must load on a slow phone. A screen draws one with
``<svg class="icon" aria-hidden="true"><use href="/lib/icons.svg#volume-off"></use></svg>`` and
always sets a word beside it.
"""

from __future__ import annotations

#: What a service may choose as its ``icon`` in the office file.
SERVICE_ICONS: tuple[str, ...] = (
    "address-book", "armchair", "baby-carriage", "book", "book-2", "briefcase", "building",
    "building-bank", "calendar-event", "camera", "car", "cash-banknote", "certificate", "clipboard-list",
    "clipboard-text", "coin", "cup", "device-mobile", "e-passport", "face-id", "file-alert",
    "file-certificate", "file-search", "file-text", "files", "fingerprint", "folder", "gavel", "gift",
    "heart-handshake", "help-circle", "id", "id-badge-2", "info-circle", "key", "license", "mail",
    "map-pin", "message-2", "message-report", "messages", "notebook", "notes", "package", "phone",
    "plane", "plane-departure", "printer", "prison", "receipt", "rosette", "scale", "school",
    "shield-check", "shopping-bag", "soup", "steering-wheel", "stethoscope", "ticket", "user",
    "user-check", "users", "users-group", "video", "world",
)

#: What the screens themselves use.
SCREEN_ICONS: tuple[str, ...] = (
    # directions: ahead is up, "up" and "down" are stairs
    "arrow-up", "arrow-down", "arrow-left", "arrow-right", "arrow-up-left", "arrow-up-right",
    "arrow-back-up", "corner-up-left", "corner-up-right", "stairs", "stairs-up",
    "stairs-down",
    # what an officer does
    "speakerphone", "player-play", "player-pause", "player-stop", "player-skip-forward", "check",
    "circle-check", "user-x", "user-off", "user-question", "user-plus", "user-share", "hourglass",
    "clock-pause", "clock-play", "arrows-exchange", "switch-horizontal", "coffee", "note", "pencil",
    "history", "list", "list-numbers", "logout", "login", "keyboard", "desk",
    # states and marks
    "clock", "clock-hour-4", "alarm", "alert-triangle", "alert-circle", "circle-x", "ban", "x",
    "bell", "bell-ringing", "bell-off", "volume", "volume-off", "wifi", "wifi-off", "plug-connected",
    "plug-connected-x", "lock", "lock-open", "refresh", "cloud-off", "star", "accessible", "wheelchair",
    "old", "baby-bottle", "ear", "eye", "eye-off", "walk", "run", "door-enter", "calendar",
    "calendar-off", "calendar-time", "hand-finger", "hand-stop", "language", "qrcode", "printer-off",
    "ticket-off", "device-tv", "device-desktop", "device-mobile-vibration", "heart", "home", "mood-smile",
    # supervisor
    "chart-bar", "report-analytics", "download", "upload", "file-spreadsheet", "file-type-csv", "filter",
    "search", "settings", "shield", "copy", "link", "external-link", "trash", "plus", "minus", "send",
    "share", "chevron-down", "chevron-left", "chevron-right", "chevron-up", "maximize", "menu-2", "sun",
    "moon", "text-size", "contrast", "database", "activity", "trending-up", "trending-down",
    "bulb", "arrows-split", "player-track-next",
)

#: What the visitor's phone shows.
PHONE_ICONS: tuple[str, ...] = (
    "accessible", "alert-triangle", "arrow-back-up", "arrow-down", "arrow-left", "arrow-right",
    "arrow-up", "bell", "bell-ringing", "calendar-off", "check", "circle-check", "circle-x", "clock",
    "device-mobile-vibration", "hourglass", "info-circle", "language", "map-pin", "refresh", "stairs-down",
    "stairs-up", "ticket", "ticket-off", "users", "volume", "volume-off", "walk", "wifi-off", "x",
)

#: Sheet file -> the icons in it.
SHEETS: dict[str, tuple[str, ...]] = {
    "icons.svg": tuple(sorted({*SERVICE_ICONS, *SCREEN_ICONS, *PHONE_ICONS})),
    "icons-phone.svg": tuple(sorted(PHONE_ICONS)),
}
