-- Makes formulas of the tokens that typeset.py has put in their place; drops links and pictures, and
-- the tags of HTML that only change how a text looks. Other tags are shown as they were written.

local TOKEN = "KITMATH([id])(%x*)Z"
local LOOKS = {}
for name in ([[a abbr b big blockquote br center code details div em font h1 h2 h3 h4 h5 h6 hr i img kbd
    li mark ol p s small span strike strong sub summary sup table tbody td th thead tr u ul]]):gmatch("%S+") do
  LOOKS[name] = true
end
local RAISED = { sub = "_(", sup = "^(" }
local LINES = { br = true, p = true, div = true, li = true, tr = true, center = true, summary = true }

local function decode(hex)
  return (hex:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

function Str(element)
  local found, position = pandoc.Inlines {}, 1
  for start, kind, hex, stop in element.text:gmatch("()" .. TOKEN .. "()") do
    if start > position then found:insert(pandoc.Str(element.text:sub(position, start - 1))) end
    found:insert(pandoc.Math(kind == "d" and "DisplayMath" or "InlineMath", decode(hex)))
    position = stop
  end
  if position == 1 then return nil end
  if position <= #element.text then found:insert(pandoc.Str(element.text:sub(position))) end
  return found
end

function Link(element) return element.content end

function Image(element)
  local found = pandoc.Inlines { pandoc.Str("[picture") }
  if #element.caption > 0 then found:insert(pandoc.Space()) end
  found:extend(element.caption)
  found:insert(pandoc.Str("]"))
  return found
end

-- A text without its tags; nil if there are others than LOOKS. "a <b and c> d" holds no tag.
local function drop_tags(text)
  local others = false
  local rest = text:gsub("<(/?)(%a%w*)([^<>]*)>", function(close, name, more)
    name = name:lower()
    if not LOOKS[name] or not (more:find("=") or more:find("^%s*/?$")) then others = true end
    if name == "img" then return "[picture]" end
    if RAISED[name] then return close == "" and RAISED[name] or ")" end
    return LINES[name] and "\n" or (name == "td" or name == "th") and " " or ""
  end)
  return not others and rest or nil
end

local function write_tokens(text)
  return (text:gsub(TOKEN, function(_, hex) return "$" .. decode(hex) .. "$" end))
end

function RawInline(element)
  local rest = drop_tags(element.text)
  if rest == nil then return pandoc.Str(write_tokens(element.text)) end
  return rest:find("\n") and pandoc.LineBreak() or pandoc.Inlines(rest)
end

-- What is left of a block of HTML is read as Markdown, each line for itself.
function RawBlock(element)
  local rest = drop_tags(element.text)
  if rest == nil then return pandoc.CodeBlock(write_tokens(element.text)) end
  local lines = rest:gsub("%s*\n%s*", "\n\n")
  return pandoc.read(lines, "commonmark").blocks:walk {
    Str = Str, Link = Link, Image = Image, RawInline = RawInline, RawBlock = RawBlock }
end
