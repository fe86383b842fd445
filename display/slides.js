/*
 * What the board shows between calls: large slides in the place of the call, and the sentences of the strip.
 * Pure: pictures and words in, lists out. A round is in one language; the next round in the next one.
 */
(function () {
  "use strict";
  var Board = (window.Board = window.Board || {});
  var t = function (key, facts, lang) { return window.Queue.t(key, facts, lang); };
  var say = function (both, lang) { return window.Queue.say(both, lang); };

  var PUBLISHED = ["requirements", "procedure", "duration", "tariff", "product", "complaints"];
  var LINE = 36;         /* characters of a line at the size of a notice */
  var ROOM = 7;          /* lines that fit below the title of a slide */
  var HEAD = 1;          /* a heading costs this many lines, with the space before it */
  var WIDE = 50;         /* tenths of a percent: a range as wide is told in whole percents, as on the public page */
  var ROWS_KEPT = 3;     /* services on a slide of today's kept promise */
  var ROWS_NOW = 3;      /* rows of the slide "now serving"; it has two columns */

  /** Time to read a text calmly, in seconds, between 8 and 30. */
  Board.readingSeconds = function (text) { return Math.max(8, Math.min(30, Math.ceil(text.length / 12))); };

  function lines(text) {
    return text.split("\n").reduce(function (sum, line) { return sum + Math.max(1, Math.ceil(line.length / LINE)); }, 0);
  }

  /* A text longer than a slide goes on the next one, broken between paragraphs, a long paragraph between sentences. */
  function breakLong(part) {
    var pieces = [], piece = "";
    if (lines(part.text) + HEAD <= ROOM) { return [part]; }
    var bits = part.text.split("\n").reduce(function (all, paragraph) {
      var long = lines(paragraph) + HEAD > ROOM;
      return all.concat(long ? paragraph.replace(/([a-z)][.;]) /g, "$1\n").split("\n") : [paragraph]);
    }, []);
    bits.forEach(function (bit) {
      var longer = piece ? piece + "\n" + bit : bit;
      if (piece && lines(longer) + HEAD > ROOM) { pieces.push(piece); longer = bit; }
      piece = longer;
    });
    return pieces.concat([piece]).map(function (text) { return { title: part.title, text: text }; });
  }

  /** Splits [{title, text}] into slides that fit, in order. */
  Board.pack = function (parts) {
    var slides = [], slide = [], used = 0;
    parts.map(breakLong).reduce(function (all, some) { return all.concat(some); }, []).forEach(function (part) {
      var cost = HEAD + lines(part.text);
      if (slide.length && used + cost > ROOM) { slides.push(slide); slide = []; used = 0; }
      slide.push(part);
      used += cost;
    });
    if (slide.length) { slides.push(slide); }
    return slides;
  };

  /** "08.00–11.00, 13.00–14.00", or null when the office has no open period today. */
  Board.hoursText = function (hours) {
    if (!hours || !hours.length) { return null; }
    return hours.map(function (span) { return span.start + "–" + span.end; }).join(", ").replace(/:/g, ".");
  };

  /** The services whose published tariff says that they cost nothing. */
  Board.freeServices = function (services) {
    return services.filter(function (service) {
      var tariff = service.components && service.components.tariff;
      return tariff && /gratis|tidak dipungut biaya/i.test(tariff.id || "") && !/Rp\s*[1-9]/.test(tariff.id);
    });
  };

  function standardSlides(service, lang) {
    var parts = PUBLISHED.filter(function (name) {
      return service.components && service.components[name] && say(service.components[name], lang);
    }).map(function (name) {
      return { title: t("standard." + name, {}, lang), text: say(service.components[name], lang) };
    });
    if (parts.length && service.decree) { parts.push({ title: t("standard.decree", {}, lang), text: service.decree }); }
    return Board.pack(parts).map(function (packed, i, all) {
      var text = packed.map(function (part) { return part.title + part.text; }).join(" ");
      return {
        key: "standard-" + service.key + "-" + i + "-" + lang, kind: "standard", service: service, parts: packed, lang: lang,
        page: i + 1, pages: all.length, seconds: Board.readingSeconds(text)
      };
    });
  }

  function decimal(tenths, lang) {
    return Math.floor(tenths / 10) + (tenths % 10 ? (lang === "en" ? "." : ",") + tenths % 10 : "");
  }

  /** The share in time of public figures: "92 %", or a range that holds it where a small group is hidden. */
  Board.keptShare = function (kept, lang) {
    var low = Math.floor(1000 * (kept.judged - kept.late[1]) / kept.judged), high = Math.ceil(1000 * (kept.judged - kept.late[0]) / kept.judged);
    if (kept.late[0] === kept.late[1]) { return decimal(low, lang) + " %"; }
    if (high - low >= WIDE) { low = Math.floor(low / 10) * 10; high = Math.ceil(high / 10) * 10; }
    return decimal(low, lang) + "–" + decimal(high, lang) + " %";
  };

  /* By key, as who stands at a counter: the figure is read when the slide is drawn. In every language of the office,
     one after the other: a round in the next language may be a quarter of an hour away. */
  function keptSlides(picture, lang) {
    var keys = picture.services.filter(function (service) { return (picture.kept || {})[service.key] && service.promise.wait_min !== null; })
      .map(function (service) { return service.key; });
    if (!keys.length) { return []; }
    var others = picture.office.languages.filter(function (other) { return other !== lang; });
    return [lang].concat(others).reduce(function (slides, tongue) {
      return slides.concat(Board.pages(keys, ROWS_KEPT).map(function (some, i) {
        return { key: "kept-" + i + "-" + tongue, kind: "kept", services: some, lang: tongue, seconds: 12 };
      }));
    }, []);
  }

  /* By key: who stands at the counter is read when the slide is drawn, not when the round was made. */
  function nowSlides(picture, after) {
    var keys = picture.counters.filter(function (counter) { return counter.label; })
      .map(function (counter) { return counter.key; });
    if (keys.length < 2) { return []; }
    return Board.pages(keys, ROWS_NOW * 2).map(function (some, i) {
      return { key: "now-" + i + after, kind: "now", counters: some, seconds: 8 };
    });
  }

  function noticeSlide(notice, i, lang) {
    var text = say(notice.text, lang);
    return {
      key: "notice-" + i + "-" + lang, kind: notice.kind, file: notice.file, text: text,
      seconds: Math.max(notice.seconds || 0, notice.kind === "text" ? Board.readingSeconds(text) : 5)
    };
  }

  /* It comes back often: whoever stands at the door does not wait for a round. */
  function doorSlides(picture, lang, after) {
    return picture.door_code ? [{ key: "door-" + lang + after, kind: "door", lang: lang, seconds: 16 }] : [];
  }

  /** The slides of one round in a language; `broken` holds files that this screen cannot play. */
  Board.slides = function (picture, lang, broken) {
    var slides = [{ key: "how-" + lang, kind: "how", lang: lang, seconds: 12 }];
    var notices = picture.notices.map(function (notice, i) { return noticeSlide(notice, i, lang); })
      .filter(function (slide) { return slide.kind === "text" ? slide.text : slide.file && !broken[slide.file]; });
    slides = doorSlides(picture, lang, "").concat(slides, nowSlides(picture, ""), keptSlides(picture, lang), notices);
    picture.services.forEach(function (service) {
      /* Who is at which counter comes back often: somebody may have missed the call. */
      slides = slides.concat(doorSlides(picture, lang, "-" + service.key), standardSlides(service, lang), nowSlides(picture, "-" + service.key));
    });
    return slides;
  };

  function names(services, lang) {
    return services.map(function (service) { return say(service.name, lang); }).join(", ");
  }

  function shutBy(services, code) {
    return services.filter(function (service) { return service.may && !service.may.allowed && service.may.code === code; });
  }

  function reasonsOf(services) {
    var reasons = services.map(function (service) { return (service.may.facts || {}).reason; });
    return reasons.filter(function (reason, i) { return reason && reasons.indexOf(reason) === i; });
  }

  function hoursSentence(hours, lang) {
    var text = Board.hoursText(hours);
    if (text === "00.00–24.00") { return t("strip.all_day", {}, lang); }
    return text ? t("strip.hours", { hours: text }, lang) : t("strip.closed", {}, lang);
  }

  /** The sentences of the strip in a language, most pressing first. */
  Board.stripTexts = function (picture, lang) {
    var texts = [], free = Board.freeServices(picture.services);
    var paused = shutBy(picture.services, "paused"), full = shutBy(picture.services, "quota_full");
    reasonsOf(paused).forEach(function (reason) {
      var mine = paused.filter(function (service) { return service.may.facts.reason === reason; });
      texts.push(t("strip.paused", { services: names(mine, lang), reason: window.Queue.because(reason, lang) }, lang));
    });
    if (full.length) { texts.push(t("strip.quota", { services: names(full, lang) }, lang)); }
    texts.push(say(picture.running_text, lang));
    if (!picture.always_open) { texts.push(hoursSentence(picture.hours, lang)); }
    if (free.length && free.length === picture.services.length) {
      texts.push(t("strip.free_all", {}, lang));
    } else if (free.length) {
      texts.push(t("strip.free_some", { services: names(free, lang) }, lang));
    }
    picture.notices.forEach(function (notice) { if (notice.kind === "text") { texts.push(say(notice.text, lang)); } });
    texts.push(say(picture.office.complaint, lang));
    if (picture.office.seal) { texts.push(t("strip.seal", { seal: picture.office.seal.text }, lang)); }
    texts = texts.map(function (text) { return text.replace(/\s*\n\s*/g, " · "); });
    return texts.filter(function (text, i) { return text && texts.indexOf(text) === i; });
  };

  /** Splits a list into pages of at most `size`, as even as they can be. */
  Board.pages = function (list, size) {
    var count = Math.max(1, Math.ceil(list.length / size)), each = Math.ceil(list.length / count), pages = [];
    for (var i = 0; i < count; i += 1) { pages.push(list.slice(i * each, (i + 1) * each)); }
    return pages;
  };

  /** "Loket 12" → {word: "Loket", number: "12"}; a name without a number is all word. */
  Board.counterName = function (name) {
    var found = /^(.*\S)\s+(\d{1,3}[A-Z]?)$/.exec(name);
    return found ? { word: found[1], number: found[2] } : { word: name, number: "" };
  };
}());
