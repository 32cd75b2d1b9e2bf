"use strict";
// What the page knows, what it asks the server, and how it makes elements.

const $ = id => document.getElementById(id);
const TO_DO = ["changed", "markers differ", "to be marked", "begun", "to be marked twice"];
const NO_ANSWER = "No answer was given.";
const PAGE = Math.random().toString(36).slice(2);     // others do not see it as somebody else's
const S = {work: null, list: "", items: [], at: 0, aside: null, state: null, answer: null,
           guide: null, draft: null, answers: new Map(), guides: new Map(), sending: Promise.resolve(),
           shown: 0, busy: 0, before: "", scripts: ""};

// ------------------------------------------------------------------------------------ the server

async function ask(path, query) {
  const address = path + "?" + new URLSearchParams({marker: marker(), names: names(), page: PAGE, ...query});
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
  if (!reply.ok) throw Object.assign(complain(
    value.error || "The server has refused this: load the page again."), {anew: value.anew});
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
const count = (number, word) => `${points(number)} ${word}${number === 1 ? "" : "s"}`;
