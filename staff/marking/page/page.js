"use strict";
// Shows one answer after the other and sends each step to the server, which keeps it.
// A student's text comes in as text, or as HTML that the server has made of listed elements only.

const $ = id => document.getElementById(id);
const TO_DO = ["changed", "markers differ", "to be marked", "begun", "to be marked twice"];
const NO_ANSWER = "No answer was given.";
const S = {work: null, list: "", items: [], at: 0, aside: null, state: null, answer: null,
           guide: null, draft: null, answers: new Map(), guides: new Map(), sending: Promise.resolve(),
           shown: 0, busy: 0, before: ""};

// ------------------------------------------------------------------------------------ the server

async function ask(path, query) {
  const address = path + "?" + new URLSearchParams({marker: marker(), names: names(), ...query});
  return read(fetch(address));
}

async function send(path, body) {
  const sent = {method: "POST", headers: {"Content-Type": "application/json"},
                body: JSON.stringify({marker: marker(), ...body})};
  S.sending = S.sending.catch(() => 0).then(() => read(fetch(path, sent)));
  return S.sending;
}

async function read(fetching) {
  let reply, value;
  try {
    reply = await fetching;
    value = await reply.json();
  } catch (problem) {
    throw complain("The server does not answer. All that was saved is in the record: start " +
                   "`python -m staff mark` again, and open its new address.");
  }
  if (!reply.ok) throw complain(value.error || "The server has refused this: load the page again.");
  $("problem").hidden = true;
  return value;
}

function complain(words) {
  $("problem").textContent = words;
  $("problem").hidden = false;
  return new Error(words);
}

const marker = () => $("marker").value.trim();
const names = () => $("names").checked ? "1" : "";

// ------------------------------------------------------------------------------------ making HTML

function make(tag, content, more = {}) {
  const made = Object.assign(document.createElement(tag), more);
  made.append(...[content ?? []].flat());
  return made;
}

const note = (words, warning) => make("p", words, {className: warning ? "note warning" : "note"});
const points = value => value === null || value === undefined ? "–" : String(+value.toFixed(2));

// ------------------------------------------------------------------------------------ going about

async function loadWork() {
  S.work = await ask("work");
  if (!marker()) $("marker").value = S.work.marker;
  const options = S.work.questions.map(one =>
    make("option", `${one.title} (${one.done} of ${one.all})`, {value: one.name}));
  const students = S.work.students.map(one =>
    make("option", one.name, {value: "key:" + one.key}));
  const first = make("optgroup", options), second = make("optgroup", students);
  first.label = "one question, all answers";
  second.label = "one hand-in, all questions";
  $("lists").replaceChildren(first, second);
  $("lists").value = S.list;
  showProgress();
}

async function loadItems() {
  S.items = S.list ? await ask("items", {list: S.list}) : [];
  showProgress();
}

function showProgress() {
  const done = S.items.filter(one => !TO_DO.includes(one.state)).length;
  $("bar").max = S.items.length || 1;
  $("bar").value = done;
  $("count").textContent = `${done} of ${S.items.length} marked`;
}

async function openList(name, where) {
  S.list = name;
  S.aside = null;
  $("lists").value = name;
  await loadItems();
  const same = where ? S.items.findIndex(one => String(one.where) === String(where)) : -1;
  await show(same >= 0 ? same : Math.max(0, findNext(-1)));
}

function findNext(from) {
  const order = S.items.map((one, at) => at);
  const after = [...order.slice(from + 1), ...order.slice(0, from + 1)];
  const open = after.filter(at => TO_DO.includes(S.items[at].state) && !S.items[at].busy);
  return open.find(at => TO_DO.indexOf(S.items[at].state) < 2) ?? open[0] ?? -1;
}

async function openNextQuestion(step = 0) {
  const all = S.work.questions;
  const at = all.findIndex(one => one.name === S.list);
  if (step) return all[at + step] && openList(all[at + step].name);
  const next = [...all.slice(at + 1), ...all.slice(0, at + 1)].find(
    one => one.free);
  if (next) return openList(next.name);
  const left = all.some(one => one.done < one.all || one.twice);
  tell(left ? "Others look at the answers that are left."
            : "Everything is marked. Next: python -m staff report");
}

function tell(words) {
  $("told").textContent = words;
  $("state").textContent = words;
}

// ------------------------------------------------------------------------------------ one answer

const query = where => ({key: where[0], subtask: where[1], part: where[2]});

function fetchAnswer(where) {
  const name = JSON.stringify(where.slice(0, 2));
  if (!S.answers.has(name)) {
    const asked = ask("answer", query(where));
    asked.catch(() => S.answers.delete(name));
    S.answers.set(name, asked);
  }
  return S.answers.get(name);
}

function fetchGuide(where) {
  const name = where[1] + "-" + where[2];
  if (!S.guides.has(name)) S.guides.set(name, ask("guide", query(where)));
  return S.guides.get(name);
}

async function show(at) {
  if (!S.aside && !S.items.length) return clearPage();
  S.at = at;
  const where = S.aside || S.items[at].where, turn = ++S.shown;
  await S.sending.catch(() => 0);
  const [state, answer, guide] = await Promise.all(
    [ask("state", query(where)), fetchAnswer(where), fetchGuide(where)]);
  if (turn !== S.shown) return;
  Object.assign(S, {state, answer, guide, draft: makeDraft(state)});
  render();
  const next = findNext(at);
  if (next >= 0) fetchAnswer(S.items[next].where).catch(() => 0);
}

function clearPage() {
  S.state = null;
  $("title").textContent = "There is nothing to mark here.";
  for (const id of ["notes", "answer", "figures", "elements", "others", "code", "offered"])
    $(id).replaceChildren();
}

function makeDraft(state) {
  const own = state.mark;
  if (own) return {elements: own.elements, points: own.overridden || !own.elements ? own.points : null,
                   comment: own.comment};
  if (state.untouched) return {elements: null, points: 0, comment: NO_ANSWER};
  return {elements: null, points: null, comment: ""};
}

function sum() {
  if (S.draft.points !== null) return S.draft.points;
  if (!S.draft.elements) return null;
  return S.guide.elements.reduce((all, one) => all + one.points * (S.draft.elements[one.words] || 0), 0);
}

function render() {
  const one = S.state, item = S.aside ? null : S.items[S.at];
  $("title").textContent = one.name + (item ? `, ${item.number && S.list.slice(0, 4) !== "key:" ?
    `answer ${item.number} of ${S.items.length}` : one.part}` : "");
  $("state").textContent = one.state + (item && item.busy ? `; ${item.busy} looks at it` : "");
  $("part").textContent = one.part;
  $("answer").innerHTML = S.answer.html;
  if (!S.answer.html) $("answer").append(make("p", "There is no answer in words.", {className: "quiet"}));
  $("bare").textContent = S.answer.bare;
  $("bare-box").hidden = !S.answer.bare;
  renderNotes();
  $("figures").replaceChildren(...S.answer.figures.map((figure, at) => {
    const image = make("img", [], {src: "figure/" + figure.id, alt: `figure ${at + 1} of the answer`});
    const button = make("button", image, {type: "button", onclick: () => zoom(at)});
    return make("figure", [button, make("figcaption", figure.caption)]);
  }));
  $("model").innerHTML = S.guide.model;
  $("errors").innerHTML = S.guide.errors;
  $("model-box").hidden = !S.guide.model;
  $("errors-box").hidden = !S.guide.errors;
  $("together-box").hidden = !one.alike.length;
  $("together").checked = true;
  $("together-words").textContent = one.untouched ?
    `also the ${one.alike.length} others without an answer` :
    `also the ${one.alike.length} others with the same answer`;
  $("comment").value = S.draft.comment;
  $("offered").replaceChildren(...one.offered.map((words, at) => make(
    "button", (at < 9 ? `${at + 1}  ` : "") + words, {type: "button", onclick: () => take(at)})));
  renderOthers();
  renderCode();
  renderElements();
  $("left").scrollTop = $("right").scrollTop = 0;
}

function renderNotes() {
  const one = S.state, found = [];
  if (one.why_open) found.push(note("Open: " + one.why_open, true));
  if (one.untouched) found.push(note("Untouched: 0 points are filled in. Enter confirms."));
  if (one.waits) found.push(note(one.waits, true));
  if (one.old) {
    const words = one.old.difference.map(([kind, text]) =>
      kind === "same" ? text : make(kind === "new" ? "ins" : "del", text, {className: kind}));
    found.push(make("details", [make("summary", `Before: ${points(one.old.points)} points` +
      `, by ${one.old.marker || "nobody named"}: ${one.old.comment || "no comment"}. The difference:`),
      make("pre", words)], {open: true}));
  }
  for (const words of S.answer.claims) found.push(note(words, true));
  for (const row of S.answer.numbers.filter(row => !row.agrees))
    found.push(note(`${row.name}: reported ${row.reported}, the code gives ${row.own}`, true));
  if (one.blind) found.push(note("Another person has marked this. You see the mark after you have given yours."));
  $("notes").replaceChildren(...found);
}

function renderOthers() {
  const one = S.state, found = one.others.map(mark => note(
    `${mark.marker || "nobody named"}: ${points(mark.points)} points${mark.final ? ", final" : ""}. ` +
    mark.comment, one.waits.includes("differ")));
  if (one.comment && one.comment !== S.draft.comment)
    found.push(note("The student reads: " + one.comment));
  $("others").replaceChildren(...found);
  $("final").hidden = !one.waits.includes("differ");
}

function renderCode() {
  const rows = S.state.code.map(part => make("li", [
    `${part.part}: ${part.points === null ? "open" : points(part.points)} of ${part.possible}` +
    (part.by_person ? `, by a person: ${part.reason} ` : " "),
    make("button", "change", {type: "button", onclick: () => openAside(part.where),
                              ariaLabel: `change the points of ${part.part}`})]));
  const checks = S.answer.checks.map(one => make("li", `${one.state}: ${one.title}. ${one.words}`));
  $("code").replaceChildren();
  if (rows.length) $("code").append(make("h3", "By code in this subtask"), make("ul", rows));
  if (checks.length) $("code").append(make("ul", checks, {className: "quiet"}));
}

function renderElements() {
  const boxes = S.guide.elements.map((one, at) => {
    const share = (S.draft.elements || {})[one.words] || 0;
    const box = make("input", [], {type: "checkbox", checked: share > 0, onchange: () => tick(at, 1)});
    box.indeterminate = share > 0 && share < 1;
    const label = make("label", [box, make("kbd", String(at + 1)), make("span", one.words, {className: "words"}),
                                 make("b", share && share < 1 ? `½ of ${one.points}` : String(one.points))]);
    const parts = [label];
    if (one.comment || S.open === at) parts.push(makeElementComment(one, at));
    return make("div", parts, {className: "element" + (share === 1 ? " full" : share ? " half" : "")});
  });
  $("elements").replaceChildren(...boxes);
  $("points").textContent = `${points(sum())} of ${points(S.state.possible)}`;
  const typed = S.draft.points !== null && document.activeElement !== $("own-points");
  if (typed) $("own-points").value = points(S.draft.points);
  else if (S.draft.points === null) $("own-points").value = "";
}

function makeElementComment(one, at) {
  const input = make("input", [], {value: one.comment, maxLength: 400, id: "element-comment-" + at,
                                   ariaLabel: `comment for all who lost: ${one.words}`});
  input.placeholder = "a comment for all who lost this";
  input.onchange = async () => {
    await send("comment", {item: S.state.where, element: one.words, text: input.value});
    one.comment = input.value;
    S.open = null;
  };
  return make("div", input, {className: "more"});
}

// ------------------------------------------------------------------------------------ marking

function tick(at, share) {
  const one = S.guide.elements[at];
  if (!one || !S.state) return;
  if (S.draft.elements === null && S.draft.comment === NO_ANSWER) S.draft.comment = $("comment").value = "";
  const elements = {...(S.draft.elements || {})};
  if (elements[one.words] === share) delete elements[one.words];
  else elements[one.words] = share;
  keepDraft({elements, points: null});
}

function tickAll(all) {
  if (!S.state || !S.guide.elements.length) return;
  if (S.draft.comment === NO_ANSWER) S.draft.comment = $("comment").value = "";
  const elements = all ? Object.fromEntries(S.guide.elements.map(one => [one.words, 1])) : {};
  keepDraft({elements, points: null});
}

function keepDraft(changes) {
  Object.assign(S.draft, changes);
  renderElements();
  post(false).catch(() => 0);
}

function post(done, more = {}) {
  const others = done && !$("together-box").hidden && $("together").checked ? S.state.alike : [];
  return send("mark", {items: [S.state.where, ...others], done, ...S.draft, ...more});
}

function readOwnPoints() {
  const text = $("own-points").value.trim().replace(",", ".");
  S.draft.points = text === "" ? null : Number.isFinite(+text) ? +text : -1;
}

async function save(more = {}) {
  if (!S.state) return openNextQuestion();
  document.activeElement.blur();      // so that its change is sent before, not after
  readOwnPoints();
  S.draft.comment = $("comment").value;
  if (S.draft.points === null && S.draft.elements === null) {
    if (S.items[S.at] && !TO_DO.includes(S.items[S.at].state)) return goOn();
    throw complain("Tick the elements first: A for all, 0 for none, or P to type the points.");
  }
  await post(true, more);
  if (S.aside) return closeAside();
  await goOn();
}

async function goOn() {
  await loadItems();
  const next = findNext(S.at);
  if (next >= 0) return show(next);
  await loadWork();
  await openNextQuestion();
}

async function undo() {
  const {undone} = await send("undo", {});
  await Promise.all([loadItems(), loadWork()]);
  if (!undone.length) return tell("There is nothing to undo.");
  const at = S.items.findIndex(one => String(one.where) === String(undone[0]));
  if (at >= 0) return show(at);
  await openList(undone[0][1] + "-" + undone[0][2], undone[0]);
}

async function openAside(where) {
  S.aside = where;
  await show(S.at);
  $("own-points").focus();
}

async function closeAside() {
  S.aside = null;
  await show(S.at);
}

function openCode() {
  const all = S.state ? S.state.code.map(part => part.where) : [];
  const at = all.findIndex(where => String(where) === String(S.aside));
  if (all.length) return openAside(all[(at + 1) % all.length]);
}

function take(at) {
  const words = S.state.offered[at];
  if (!words) return;
  const box = $("comment"), lines = box.value.split("\n").filter(
    line => line.trim() && line !== NO_ANSWER);
  box.value = [...lines, words].join("\n");
  keepDraft({comment: box.value});
}

// ------------------------------------------------------------------------------------ dialogs

function zoom(at) {
  const figure = S.answer && S.answer.figures[at];
  if (!figure) return $("zoom").close();
  $("zoomed").src = "figure/" + figure.id;
  $("zoomed").alt = `figure ${at + 1} of the answer`;
  $("zoom-words").textContent = `${figure.caption}; figure ${at + 1} of ${S.answer.figures.length}`;
  $("zoom").at = at;
  if (!$("zoom").open) $("zoom").showModal();
}

async function showOverview() {
  await loadWork();
  const work = S.work, table = (heads, rows) => make("table", [
    make("thead", make("tr", heads.map(words => make("th", words, {scope: "col"})))),
    make("tbody", rows.map(row => make("tr", row.map(cell => make("td", cell)))))]);
  const parts = [table(["question", "answers", "marked", "by you", "for you to mark twice"],
    work.questions.map(one => [one.title, `${one.all}`, `${one.done}`, `${one.mine}`, `${one.twice}`]))];
  if (work.differences.length) parts.push(make("h3", "Marked by several persons"), table(
    ["hand-in", "part", "marks", ""], work.differences.map(one => [one.name, one.part,
      one.marks.map(mark => `${mark.marker || "nobody named"} ${points(mark.points)}`).join(", "),
      one.waits ? make("button", "decide", {type: "button", ariaLabel: `decide ${one.name}, ${one.part}`, onclick: () => {
        $("overview").close();
        openList(one.where[1] + "-" + one.where[2], one.where).catch(() => 0);
      }}) : "settled"])));
  if (work.resums.length) parts.push(
    make("h3", "The guide gives other points now"), table(["hand-in", "part", "marker", "before", "after"],
      work.resums.map(one => [one.name, one.part, one.marker, points(one.before), points(one.after)])),
    make("button", "Sum all of these anew", {type: "button", onclick: async () => {
      await send("resum", {});
      await showOverview();
    }}));
  $("overview-content").replaceChildren(...parts);
  if (!$("overview").open) $("overview").showModal();
}

// ------------------------------------------------------------------------------------ keys

const KEYS = {
  a: () => tickAll(true), 0: () => tickAll(false), u: undo, s: switchStudent, z: () => zoom(0),
  c: () => $("comment").focus(), p: () => { $("own-points").focus(); $("own-points").select(); },
  e: openElementComment, o: openCode, v: showOverview, "?": () => $("help").showModal(),
  m: () => { $("model-box").open = !$("model-box").open; },
  n: () => { $("names").checked = !$("names").checked; return changeNames(); },
  t: () => { $("together").checked = !$("together").checked; },
  f: () => $("final").hidden ? null : save({final: true}),
  "[": () => openNextQuestion(-1), "]": () => openNextQuestion(1), Enter: () => save(),
  ArrowLeft: () => S.at > 0 && !S.aside ? show(S.at - 1) : null,
  ArrowRight: () => S.at + 1 < S.items.length && !S.aside ? show(S.at + 1) : null,
};

async function switchStudent() {
  if (!S.state) return;
  if (S.list.startsWith("key:")) return openList(S.before || S.work.questions[0].name, S.state.where);
  S.before = S.list;
  await openList("key:" + S.state.where[0], S.state.where);
}

function openElementComment() {
  const lost = S.guide ? S.guide.elements.findIndex(
    one => ((S.draft.elements || {})[one.words] || 0) < 1) : -1;
  if (lost < 0) return;
  S.open = lost;
  renderElements();
  $("element-comment-" + lost).focus();
}

async function changeNames() {
  await Promise.all([loadWork(), loadItems()]);
  if (S.state) await show(S.at);
}

async function run(action) {
  setBusy(1);
  try {
    await action();
  } catch (problem) {
    if ($("problem").hidden) complain(String(problem));
  } finally {
    setBusy(-1);
  }
}

function setBusy(change) {
  S.busy += change;
  document.body.setAttribute("aria-busy", String(S.busy > 0));
}

document.addEventListener("keydown", event => {
  const box = event.target, types = ["INPUT", "TEXTAREA", "SELECT"].includes(box.tagName) && box.type !== "checkbox";
  const inZoom = $("zoom").open && event.key.toLowerCase() === "z";
  if (inZoom) return run(() => zoom($("zoom").at + 1));
  if (document.querySelector("dialog[open]") || event.metaKey) return;
  if (types) return pressInBox(event, box);
  if (S.busy) return event.preventDefault();      // no key is for an answer that is not there yet
  if (event.key === "Escape" && S.aside) return run(closeAside);
  if (event.ctrlKey || event.altKey || event.isComposing) return;
  if (event.key === "Enter" && (box.tagName === "BUTTON" || box.tagName === "SUMMARY")) return;
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit && (event.shiftKey || event.key === digit[1])) {
    event.preventDefault();
    return tick(digit[1] - 1, event.shiftKey ? 0.5 : 1);
  }
  const action = KEYS[event.key] || KEYS[event.key.toLowerCase()];
  if (!action || event.repeat && event.key === "Enter") return;
  event.preventDefault();
  run(action);
});

function pressInBox(event, box) {
  if (event.key === "Escape") box.blur();
  else if (event.key === "Enter" && box.tagName === "INPUT" && box.id === "own-points" ||
           event.key === "Enter" && event.ctrlKey) run(() => save());
  else if (event.key === "Enter" && box.tagName === "INPUT") box.blur();
  else if (event.altKey && /^Digit[1-9]$/.test(event.code) && box.id === "comment")
    run(() => take(event.code.slice(5) - 1));
  else return;
  event.preventDefault();
}

function start() {
  $("save").onclick = () => run(() => save());
  $("undo").onclick = () => run(undo);
  $("final").onclick = () => run(KEYS.f);
  $("previous").onclick = () => run(KEYS.ArrowLeft);
  $("next").onclick = () => run(KEYS.ArrowRight);
  $("show-help").onclick = KEYS["?"];
  $("show-overview").onclick = () => run(showOverview);
  $("lists").onchange = () => { $("lists").blur(); run(() => openList($("lists").value)); };
  $("names").onchange = () => run(changeNames);
  $("marker").onchange = () => run(changeNames);
  $("own-points").onchange = () => { readOwnPoints(); keepDraft({}); };
  $("comment").onchange = () => { keepDraft({comment: $("comment").value}); };
  for (const button of document.querySelectorAll("dialog .close"))
    button.onclick = () => button.closest("dialog").close();
  $("overview").onclose = () => run(changeNames);
  run(async () => { await loadWork(); await openNextQuestion(); });
}

start();
