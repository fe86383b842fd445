/* What every part of the report page draws with: numbers in the reader's language, durations, shares, small pictures. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;
  const Paper = (window.Paper = window.Paper || {});

  Paper.base = function () { return "/supervisor/" + encodeURIComponent(Queue.meta("office")) + "/reports"; };

  /** 12.345 in Indonesian, 12,345 in English. */
  Paper.count = function (n) {
    return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, Queue.language() === "en" ? "," : ".");
  };

  Paper.decimal = function (n, places) {
    const text = n.toFixed(places);
    return Queue.language() === "en" ? text : text.replace(".", ",");
  };

  /** "92,4 %"; cut off and not rounded up, so that 100 % is only said when it is all of them. */
  Paper.percent = function (share) { return Paper.decimal(Math.floor(share * 1000 + 1e-9) / 10, 1) + " %"; };

  /** "7:05": minutes and seconds, with hours when there are any; a dash for none. */
  Paper.duration = function (ms) { return ms === null || ms === undefined ? "–" : Queue.clock(ms); };

  /** "22 November 2026" of an ISO day. */
  Paper.day = function (iso) { return Queue.date(Date.parse(iso + "T00:00:00Z")).replace(/^[^,]*, /, ""); };

  Paper.weekday = function (iso) { return Queue.date(Date.parse(iso + "T00:00:00Z")).split(",")[0]; };

  /** A share on time with its interval, and what it rests on. */
  Paper.Kept = function (props) {
    const kept = props.kept;
    if (!kept.judged) { return html`<span class="soft">${Queue.t("share.none")}</span>`; }
    return html`<span class="kept-share"><span><strong>${Paper.percent(kept.share)}</strong> <span class="soft text-s">${Queue.t("reports.of", { kept: Paper.count(kept.kept), judged: Paper.count(kept.judged) })}</span></span>
      <${Paper.Whisker} kept=${kept} /></span>`;
  };

  /** The interval as words. */
  Paper.interval = function (kept) {
    return Queue.t("reports.interval", { low: Paper.percent(kept.low), high: Paper.percent(kept.high) });
  };

  /** The share as a bar, and its interval as a line with two ends over it. */
  Paper.Whisker = function (props) {
    const kept = props.kept, x = function (share) { return 2 + 96 * share; };
    const words = Paper.percent(kept.share) + ", " + Paper.interval(kept);
    return html`<svg class="whisker" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label=${words}><title>${words}</title>
      <rect class="whisker-ground" x="2" y="3" width="96" height="6" /><rect class="whisker-share" x="2" y="3" width=${96 * kept.share} height="6" />
      <path class="whisker-line" d=${"M" + x(kept.low) + " 6H" + x(kept.high) + "M" + x(kept.low) + " 2V10M" + x(kept.high) + " 2V10"} /></svg>`;
  };

  Paper.leftOut = function (kept) { return Desk.leftOut(kept); };

  /** Tabs within the page; the part is kept in the address. */
  Paper.Parts = function (props) {
    return html`<nav class="tabs parts" aria-label=${Queue.t("parts")}>${props.parts.map(function (part) {
      return html`<a key=${part.name} class="tab" href=${"#" + part.name} aria-current=${part.name === props.now ? "page" : null} data-testid=${"part-" + part.name}>
        ${Desk.icon(part.icon)}<span>${Queue.t("reports.part." + part.name)}</span></a>`;
    })}</nav>`;
  };

  /** "ditandai 3 dari 214 (1,4 %)", or nothing. */
  Paper.flagged = function (group) {
    const flagged = group.flagged;
    if (!flagged.steps) { return ""; }
    return Queue.t("reports.flagged", { n: Paper.count(flagged.steps), of: Paper.count(flagged.of), share: Paper.percent(flagged.steps / flagged.of) });
  };

  /** How often which flag; `rules` are their thresholds. */
  Paper.flags = function (group, rules) {
    return Object.keys(group.flagged.by).map(function (code) {
      return Queue.t("reports.flag_count", { n: Paper.count(group.flagged.by[code]), what: Queue.t("flag." + code, { n: rules[code] }) });
    }).join("; ");
  };
}());
