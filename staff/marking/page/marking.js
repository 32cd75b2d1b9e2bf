"use strict";
// Goes from answer to answer, and sends each step to the server, which keeps it.

// ------------------------------------------------------------------------------------ going about

async function loadWork() {
  S.work = await ask("work");
  if (!marker()) $("marker").value = S.work.marker;
  const options = S.work.questions.map(one =>
    make("option", `${one.done} of ${one.all}: ${one.title}`, {value: one.name}));
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

async function openDifference(one) {
  const name = one.where[1] + "-" + one.where[2];
  await openList(S.work.questions.some(known => known.name === name) ? name : "open", one.where);
}

async function openNextDifference() {
  await loadWork();
  const left = S.work.differences.filter(one => one.waits);
  if (!left.length) return tell("No two marks differ.");
  const at = S.state ? left.findIndex(one => String(one.where) === String(S.state.where)) : -1;
  await openDifference(left[(at + 1) % left.length]);
}

function tell(words) {
  $("told").textContent = words;
  $("state").textContent = words;
}

// ------------------------------------------------------------------------------------ one answer

const query = where => ({key: where[0], subtask: where[1], part: where[2]});

function fetchAnswer(where, anew) {
  const name = JSON.stringify(where.slice(0, 2));
  if (anew || !S.answers.has(name)) {
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
  const [state, kept, guide] = await Promise.all(
    [ask("state", query(where)), fetchAnswer(where), fetchGuide(where)]);
  const same = String(kept.seen) === String(state.seen);      // the hand-in may have come anew
  const answer = same ? kept : await fetchAnswer(where, true);
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

async function post(done, more = {}) {
  const others = done && !$("together-box").hidden && $("together").checked ? S.state.alike : [];
  try {
    return await send("mark", {items: [S.state.where, ...others], seen: S.answer.seen, done, ...S.draft, ...more});
  } catch (problem) {
    if (problem.anew) {
      await show(S.at);
      complain(problem.message);
    }
    throw problem;
  }
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
