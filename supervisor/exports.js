/* Downloads of what the filters show: streams at once; a spreadsheet is made first, with its progress, and then comes by itself. */
(function () {
  "use strict";
  const Desk = (window.Desk = window.Desk || {});
  const Queue = window.Queue;
  const html = window.htmPreact.html;

  /* mine: the spreadsheets asked for on this page that have not come yet. */
  const exports = { list: [], polling: false, asking: false, mine: [] };

  function path() { return Desk.logBase() + "/exports"; }

  function link(kind, word, more, testid, icon) {
    const query = Desk.query(Desk.log.filters, more);
    return html`<a class="button" download href=${Desk.logBase() + "/log." + kind + "?" + query} data-testid=${testid}>${Desk.icon(icon)}<span>${word}</span></a>`;
  }

  function unfinished() {
    return exports.list.some(function (job) { return job.state === "waiting" || job.state === "running"; });
  }

  /** What was asked for here and is ready comes without a second press. */
  function deliver() {
    exports.list.forEach(function (job) {
      const place = exports.mine.indexOf(job.id);
      if (place < 0 || (job.state !== "done" && job.state !== "failed")) { return; }
      exports.mine.splice(place, 1);
      if (job.state === "done") { fetchFile(job); }
    });
  }

  function fetchFile(job) {
    const link = document.createElement("a");
    link.href = path() + "/" + job.id;
    link.download = job.file;
    document.body.appendChild(link);
    link.click();
    link.remove();
  }

  function poll() {
    exports.polling = false;
    Desk.fetchExports();
  }

  /** The list of spreadsheets; asks again every second as long as one is being written. */
  Desk.fetchExports = function () {
    Desk.get(path()).then(function (answer) {
      if (answer.ok) { exports.list = answer.exports; deliver(); }
      if (unfinished() && !exports.polling) { exports.polling = true; window.setTimeout(poll, 1000); }
      Desk.draw();
    }, function () {
      if (unfinished() && !exports.polling) { exports.polling = true; window.setTimeout(poll, 3000); }
    });
  };

  /** Begins a file of a kind in the background; it comes by itself when it is ready. `begun` is called when it is under way. */
  Desk.startExport = function (kind, filters, begun) {
    if (exports.asking) { return; }
    exports.asking = true;
    Desk.draw();
    Queue.post(path(), { kind: kind, filters: filters }).then(function (answer) {
      exports.asking = false;
      if (answer.ok) {
        exports.mine.push(answer.job);
        Desk.fetchExports();
        if (begun) { begun(); }
      } else { Desk.refuse(Queue.refusal(answer)); }
    }, function () { exports.asking = false; Desk.refuse(Queue.t("log.lost")); });
  };

  /** The files of a kind that there are, newest first, and whether one is under way that was asked for here. */
  Desk.exportsOf = function (kind) {
    const list = exports.list.filter(function (job) { return job.kind === kind; });
    return { list: list, asking: exports.asking, making: list.some(function (job) { return exports.mine.indexOf(job.id) >= 0; }) };
  };

  function start() { Desk.startExport("xlsx", Object.assign({ language: Queue.language() }, Desk.log.filters)); }

  Desk.Job = function (props) {
    const job = props.job;
    if (job.state === "done") {
      return html`<li class="job" data-testid=${"job-" + job.id} data-state="done">${Desk.icon("file-spreadsheet")}<span class="job-file">${job.file}</span>
        <span class="soft">${Queue.t("job.done", { n: job.done })}</span>
        <a class="button" href=${path() + "/" + job.id} download=${job.file} aria-label=${Queue.t("job.fetch_file", { file: job.file })}>${Desk.icon("download")}<span>${Queue.t("job.fetch")}</span></a></li>`;
    }
    if (job.state === "failed") {
      return html`<li class="job" data-testid=${"job-" + job.id} data-state="failed">${Desk.icon("alert-triangle")}<span class="job-file">${job.file}</span> <strong>${Desk.word("problem", job.problem)}</strong></li>`;
    }
    return html`<li class="job" data-testid=${"job-" + job.id} data-state=${job.state}>${Desk.icon("hourglass")}<span class="job-file">${job.file}</span>
      <progress max=${job.total || 1} value=${job.done} aria-label=${job.file}></progress>
      <span class="soft" role="status">${job.total ? Queue.t("job.running", { done: job.done, total: job.total }) : Queue.t("job.waiting")}</span></li>`;
  };

  Desk.Exports = function () {
    if (!Desk.log.filters) { return null; }
    const language = Queue.language(), sheets = Desk.exportsOf("xlsx");
    return html`<section class="card exports" data-testid="exports"><h2 class="title-m">${Queue.t("exports")}</h2>
      <div class="row">
        ${link("csv", Queue.t("exports.csv_people"), { separator: ";", language: language }, "csv-people", "file-type-csv")}
        <${Desk.button} word=${Queue.t(sheets.asking || sheets.making ? "exports.xlsx_making" : "exports.xlsx")} icon="file-spreadsheet" testid="xlsx" off=${sheets.asking} run=${start} />
        ${link("csv", Queue.t("exports.csv_plain"), {}, "csv-plain", "file-type-csv")}
        ${link("jsonl", Queue.t("exports.jsonl"), {}, "jsonl", "download")}</div>
      ${sheets.list.length ? html`<ul class="plain jobs">${sheets.list.slice(0, 5).map(function (job) { return html`<${Desk.Job} key=${job.id} job=${job} />`; })}</ul>
        <p class="soft text-s">${Queue.t("exports.kept")}</p>` : null}</section>`;
  };
}());
