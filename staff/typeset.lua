-- Makes formulas of the tokens that typeset.py has put in their place; drops links and pictures.

local TOKEN = "KITMATH([id])(%x*)Z"

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
  local found = pandoc.Inlines { pandoc.Str("["), pandoc.Str("picture"), pandoc.Space() }
  found:extend(element.caption)
  found:insert(pandoc.Str("]"))
  return found
end

function RawInline(element) return pandoc.Str(element.text) end

function RawBlock(element) return pandoc.CodeBlock(element.text) end
