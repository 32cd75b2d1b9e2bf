"""All TeX commands that the report can set, grouped by kind; it refuses others.

Each symbol was found again in the text of a PDF, each structure compared with TeX by eye.
"""


def parse_names(table):
    """{"\\name": "character", …} of a table of names and characters."""
    words = table.split()
    return {"\\" + name: character for name, character in zip(words[::2], words[1::2])}


def parse_templates(table):
    """{"\\name": "template", …} of a table with one name and template a line."""
    return {"\\" + name: template.strip() for name, _, template in
            (line.strip().partition(" ") for line in table.strip().splitlines())}


# Symbols ----------------------------------------------------------------------------------------

GREEK = parse_names(r"""
    alpha α  beta β  gamma γ  delta δ  epsilon ϵ  zeta ζ  eta η  theta θ  iota ι  kappa κ
    lambda λ  mu μ  nu ν  xi ξ  omicron ο  pi π  rho ρ  sigma σ  tau τ  upsilon υ  phi ϕ  chi χ
    psi ψ  omega ω  varepsilon ε  vartheta ϑ  varkappa ϰ  varpi ϖ  varrho ϱ  varsigma ς  varphi φ
    digamma ϝ  Gamma Γ  Delta Δ  Theta Θ  Lambda Λ  Xi Ξ  Pi Π  Sigma Σ  Upsilon Υ  Phi Φ  Psi Ψ
    Omega Ω
""")
LETTERS = parse_names(r"""
    partial ∂  nabla ∇  infty ∞  hbar ℏ  hslash ℏ  ell ℓ  imath ı  jmath ȷ  Re ℜ  Im ℑ  wp ℘
    aleph ℵ  beth ℶ  gimel ℷ  daleth ℸ  eth ð  mho ℧  Bbbk 𝕜  complement ∁  forall ∀  exists ∃
    nexists ∄  emptyset ∅  varnothing ∅  neg ¬  lnot ¬  top ⊤  bot ⊥  angle ∠  measuredangle ∡
    sphericalangle ∢  prime ′  backprime ‵  degree °  surd √  checkmark ✓  square □  Box □
    blacksquare ■  lozenge ◊  Diamond ◊  bigstar ★  triangle △  vartriangle △  blacktriangle ▲
    triangledown ▽  blacktriangledown ▾  flat ♭  natural ♮  sharp ♯  clubsuit ♣  diamondsuit ♢
    heartsuit ♡  spadesuit ♠  blacklozenge ⧫  circledS Ⓢ  Finv Ⅎ  Game ⅁  diagup ╱  diagdown ╲
    circledR ®  maltese ✠  dag †  ddag ‡  S §  P ¶  pounds £  copyright ©  yen ¥
""")
BINARY = parse_names(r"""
    pm ±  mp ∓  times ×  div ÷  cdot ⋅  ast ∗  star ⋆  circ ∘  bullet ∙  bigcirc ◯  oplus ⊕
    ominus ⊖  otimes ⊗  oslash ⊘  odot ⊙  boxplus ⊞  boxminus ⊟  boxtimes ⊠  boxdot ⊡  cap ∩
    cup ∪  Cap ⋒  Cup ⋓  uplus ⊎  sqcap ⊓  sqcup ⊔  wedge ∧  vee ∨  land ∧  lor ∨  barwedge ⊼
    veebar ⊻  setminus ∖  smallsetminus ∖  wr ≀  amalg ⨿  dagger †  ddagger ‡  diamond ⋄
    bigtriangleup △  bigtriangledown ▽  triangleleft ◁  triangleright ▷  lhd ◁  rhd ▷  unlhd ⊴
    unrhd ⊵  ltimes ⋉  rtimes ⋊  leftthreetimes ⋋  rightthreetimes ⋌  dotplus ∔  divideontimes ⋇
    intercal ⊺  circledast ⊛  circledcirc ⊚  circleddash ⊝  curlywedge ⋏  curlyvee ⋎
    doublecap ⋒  doublecup ⋓  doublebarwedge ⩞  centerdot ⋅
""")
RELATIONS = parse_names(r"""
    leq ≤  le ≤  geq ≥  ge ≥  leqslant ⩽  geqslant ⩾  leqq ≦  geqq ≧  ll ≪  gg ≫  lll ⋘  ggg ⋙
    lesssim ≲  gtrsim ≳  lessapprox ⪅  gtrapprox ⪆  lessgtr ≶  gtrless ≷  lesseqgtr ⋚
    gtreqless ⋛  prec ≺  succ ≻  preceq ⪯  succeq ⪰  preccurlyeq ≼  succcurlyeq ≽  precsim ≾
    succsim ≿  equiv ≡  sim ∼  simeq ≃  approx ≈  approxeq ≊  cong ≅  asymp ≍  doteq ≐
    doteqdot ≑  triangleq ≜  circeq ≗  bumpeq ≏  risingdotseq ≓  fallingdotseq ≒  backsim ∽
    backsimeq ⋍  thickapprox ≈  thicksim ∼  propto ∝  varpropto ∝  coloneqq ≔  eqqcolon ≕
    vcentcolon ∶  models ⊧  vdash ⊢  dashv ⊣  Vdash ⊩  vDash ⊨  Vvdash ⊪  perp ⟂  mid ∣  parallel ∥
    bowtie ⋈
    Join ⨝  smile ⌣  frown ⌢  between ≬  pitchfork ⋔  in ∈  ni ∋  owns ∋  subset ⊂  supset ⊃
    subseteq ⊆  supseteq ⊇  subseteqq ⫅  supseteqq ⫆  Subset ⋐  Supset ⋑  sqsubset ⊏  sqsupset ⊐
    sqsubseteq ⊑  sqsupseteq ⊒  trianglelefteq ⊴  trianglerighteq ⊵  vartriangleleft ⊲
    vartriangleright ⊳  blacktriangleleft ◀  blacktriangleright ▶  therefore ∴  because ∵
    eqsim ≂  eqcirc ≖  lt <  gt >  eqslantless ⪕  eqslantgtr ⪖  lessdot ⋖  gtrdot ⋗  llless ⋘
    gggtr ⋙  lesseqqgtr ⪋  gtreqqless ⪌  Doteq ≑  Bumpeq ≎  curlyeqprec ⋞  curlyeqsucc ⋟
    precapprox ⪷  succapprox ⪸  smallsmile ⌣  smallfrown ⌢  shortmid ∣  shortparallel ∥
    backepsilon ϶  coloneq ≔  eqcolon ≕  Coloneqq ⩴  Coloneq ⩴  dblcolon ∷
""")
NEGATED = parse_names(r"""
    neq ≠  ne ≠  nleq ≰  ngeq ≱  nless ≮  ngtr ≯  nprec ⊀  nsucc ⊁  nsim ≁  ncong ≇  nmid ∤
    nparallel ∦  nvdash ⊬  nvDash ⊭  nVdash ⊮  notin ∉  nsubseteq ⊈  nsupseteq ⊉  subsetneq ⊊
    supsetneq ⊋  subsetneqq ⫋  supsetneqq ⫌  lneq ⪇  gneq ⪈  lneqq ≨  gneqq ≩  precnsim ⋨
    succnsim ⋩  lnsim ⋦  gnsim ⋧  ntriangleleft ⋪  ntriangleright ⋫  ntrianglelefteq ⋬
    ntrianglerighteq ⋭  sqsubsetneq ⋤  sqsupsetneq ⋥  nleqslant ≰  ngeqslant ≱  nleqq ≰  ngeqq ≱
    lvertneqq ≨  gvertneqq ≩  lnapprox ⪉  gnapprox ⪊  npreceq ⋠  nsucceq ⋡  precneqq ⪵
    succneqq ⪶  precnapprox ⪹  succnapprox ⪺  nshortmid ∤  nshortparallel ∦  nVDash ⊯
    nsubseteqq ⊈  nsupseteqq ⊉  varsubsetneq ⊊  varsupsetneq ⊋  varsubsetneqq ⫋  varsupsetneqq ⫌
""")
ARROWS = parse_names(r"""
    to →  gets ←  leftarrow ←  rightarrow →  leftrightarrow ↔  uparrow ↑  downarrow ↓
    updownarrow ↕  Leftarrow ⇐  Rightarrow ⇒  Leftrightarrow ⇔  Uparrow ⇑  Downarrow ⇓
    Updownarrow ⇕  longleftarrow ⟵  longrightarrow ⟶  longleftrightarrow ⟷  Longleftarrow ⟸
    Longrightarrow ⟹  Longleftrightarrow ⟺  iff ⟺  implies ⟹  impliedby ⟸  mapsto ↦  longmapsto ⟼
    nearrow ↗  searrow ↘  swarrow ↙  nwarrow ↖  hookleftarrow ↩  hookrightarrow ↪
    leftharpoonup ↼  leftharpoondown ↽  rightharpoonup ⇀  rightharpoondown ⇁  leftrightharpoons ⇋
    rightleftharpoons ⇌  leftleftarrows ⇇  rightrightarrows ⇉  leftrightarrows ⇆
    rightleftarrows ⇄  upuparrows ⇈  downdownarrows ⇊  twoheadleftarrow ↞  twoheadrightarrow ↠
    leftarrowtail ↢  rightarrowtail ↣  curvearrowleft ↶  curvearrowright ↷  circlearrowleft ↺
    circlearrowright ↻  looparrowleft ↫  looparrowright ↬  Lsh ↰  Rsh ↱  leadsto ⇝
    rightsquigarrow ⇝  leftrightsquigarrow ↭  dashleftarrow ⤎  dashrightarrow ⤏  upharpoonleft ↿
    upharpoonright ↾  downharpoonleft ⇃  downharpoonright ⇂  multimap ⊸  nleftarrow ↚
    nrightarrow ↛  nleftrightarrow ↮  nLeftarrow ⇍  nRightarrow ⇏  nLeftrightarrow ⇎
    Lleftarrow ⇚  Rrightarrow ⇛  restriction ↾
""")
DOTS = parse_names(r"""
    ldots …  dots …  dotsc …  dotso …  cdots ⋯  dotsb ⋯  dotsm ⋯  dotsi ⋯  vdots ⋮  ddots ⋱
    adots ⋰  iddots ⋰
""")
BIG = parse_names(r"""
    sum ∑  prod ∏  coprod ∐  int ∫  iint ∬  iiint ∭  oint ∮  oiint ∯  bigcap ⋂  bigcup ⋃
    bigsqcup ⨆  biguplus ⨄  bigvee ⋁  bigwedge ⋀  bigodot ⨀  bigoplus ⨁  bigotimes ⨂
    intop ∫  ointop ∮  smallint ∫  iiiint ⨌  bigtimes ⨉
""")
OPENING = parse_names(r"""
    lbrace {  lbrack [  lparen (  langle ⟨  lceil ⌈  lfloor ⌊  lvert |  lVert ‖  ulcorner ⌜
    llcorner ⌞  lgroup ⟮  llbracket ⟦
""")
CLOSING = parse_names(r"""
    rbrace }  rbrack ]  rparen )  rangle ⟩  rceil ⌉  rfloor ⌋  rvert |  rVert ‖  urcorner ⌝
    lrcorner ⌟  rgroup ⟯  rrbracket ⟧
""")

NAMED_CHARACTERS = {
    r"\%": "%", r"\&": "&", r"\#": "#", r"\$": "$", r"\_": "_", r"\backslash": "\\",
    r"\colon": ":",
    r"\|": "‖", r"\Vert": "‖", r"\vert": "|", r"\{": "{", r"\}": "}"}
TEXT_SYMBOLS = parse_names(r"""
    textdegree °  textmu µ  textohm Ω  texteuro €  textcent ¢  texttimes ×  textdiv ÷  textpm ±
    textminus −  textbar |  textless <  textgreater >  textbullet •  textperiodcentered ⋅
    textsection §  textparagraph ¶  textdagger †  textellipsis …  textendash –  textemdash —
    textquoteleft ‘  textquoteright ’  textquotedblleft “  textquotedblright ”  textunderscore _
    textasciitilde ~  textasciicircum ^  textdollar $  textsterling £  textyen ¥  textcopyright ©
    textregistered ®  texttrademark ™  textrightarrow →  textleftarrow ←  textuparrow ↑
    textdownarrow ↓  textonehalf ½  textonequarter ¼  textthreequarters ¾  textperthousand ‰
""")
SYMBOLS = {**TEXT_SYMBOLS, **GREEK, **LETTERS, **BINARY, **RELATIONS, **NEGATED, **ARROWS, **DOTS,
           **BIG, **OPENING, **CLOSING, **NAMED_CHARACTERS}
TYPED = {"-": "−", "*": "∗", "·": "⋅", "'": "′", "•": "∙"}  # typed : set
PUNCTUATION = "+-*/=<>()[]|,;:!?.@\""
CHARACTERS = "×÷·•−–…°¬±½¼¾√‖ℂℍℕℙℚℝℤℒℓ"  # typed as they are
FENCES = {"(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "<": "⟨", ">": "⟩", ".": "",
          r"\|": "‖", r"\Vert": "‖", r"\vert": "|", r"\{": "{", r"\}": "}",
          "⟨": "⟨", "⟩": "⟩", "‖": "‖", **OPENING, **CLOSING}
CLASSES = {  # of characters that have another class in typst
    r"\lvert": "opening", r"\lVert": "opening", r"\rvert": "closing", r"\rVert": "closing",
    r"\colon": "punctuation", r"\perp": "relation", r"\bot": "normal", r"\top": "normal"}

# Spaces -----------------------------------------------------------------------------------------

SPACES = {r"\,": "thin", r"\:": "med", r"\>": "med", r"\;": "thick", r"\!": "#h(-0.167em)",
          r"\ ": "#h(0.25em)", "~": "#h(0.25em)", r"\quad": "quad", r"\qquad": "wide",
          r"\thinspace": "thin", r"\medspace": "med", r"\thickspace": "thick",
          r"\negthinspace": "#h(-0.167em)", r"\enspace": "#h(0.5em)", r"\space": "#h(0.25em)",
          r"\nobreakspace": "#h(0.25em)", r"\negmedspace": "#h(-0.222em)",
          r"\negthickspace": "#h(-0.278em)", r"\hfill": "#h(1em)"}
LENGTH = r"\s*([+-]?\d*\.?\d+)\s*(pt|cm|mm|in|em|ex|mu|px|pc|bp)\s*"
IN_TYPST = {"ex": ("em", 0.431), "mu": ("em", 1 / 18), "px": ("pt", 0.75), "pc": ("pt", 12),
            "bp": ("pt", 1)}   # typst knows the other units
DROPPED = {r"\notag", r"\nonumber", r"\relax", r"\mathstrut", r"\strut", r"\allowbreak",
           r"\nobreak", r"\displaylimits", r"\nonscript", r"\allowdisplaybreaks", r"\null", r"\/"}

# Structures: typst with a place for each argument ----------------------------------------------

TEMPLATES = {name: f"{function}({{0}})" for name, function in parse_names("""
    hat hat  widehat hat  tilde tilde  widetilde tilde  bar macron  vec arrow  dot dot
    ddot dot.double  dddot dot.triple  ddddot dot.quad  acute acute  grave grave  check caron
    breve breve  mathring circle  overline overline  underline underline  overrightarrow arrow
    overleftarrow arrow.l  overleftrightarrow arrow.l.r  boxed boxed  Aboxed boxed
    phantom phantom  hphantom phantom  vphantom strut
""").items()}
TEMPLATES |= {rf"\{name}": f"limits({name}({{0}}))" for name in (
    "overbrace underbrace overbracket underbracket overparen underparen").split()}
TEMPLATES |= {rf"\{name}": "{0}" for name in (
    "mathinner ensuremath smash mathclap mathllap mathrlap llap rlap shoveleft shoveright vcenter "
    "clap cramped").split()}
TEMPLATES |= {rf"\{name}": "{1}" for name in "href class style cssId".split()}
TEMPLATES |= parse_templates(r"""
    frac                frac({0}, {1})
    dfrac               display(frac({0}, {1}))
    tfrac               inline(frac({0}, {1}))
    cfrac               display(frac(display({0}), display({1})))
    binom               binom({0}, {1})
    dbinom              display(binom({0}, {1}))
    tbinom              inline(binom({0}, {1}))
    overset             attach(limits({1}), t: {0})
    underset            attach(limits({1}), b: {0})
    stackrel            attach(limits(class("relation", whole({1}))), t: {0})
    cancel              cancel({0})
    bcancel             cancel({0}, inverted: #true)
    xcancel             cancel({0}, cross: #true)
    mathop              op({0}, limits: #true)
    mathbin             class("binary", whole({0}))
    mathrel             class("relation", whole({0}))
    mathord             class("normal", {0})
    mathopen            class("opening", {0})
    mathclose           class("closing", {0})
    mathpunct           class("punctuation", {0})
    cancelto            attach(cancel({1}), tr: {0})
    underrightarrow     attach(limits({0}), b: stretch(→))
    underleftarrow      attach(limits({0}), b: stretch(←))
    varliminf           op(underline("lim"), limits: #true)
    varlimsup           op(overline("lim"), limits: #true)
    idotsint            ∫⋯∫
    underleftrightarrow attach(limits({0}), b: stretch(↔))
    centernot           class("relation", cancel({0}))
    stackbin            attach(limits(class("binary", whole({1}))), t: {0})
    colonapprox         class("relation", ∶≈)
    colonsim            class("relation", ∶∼)
    varinjlim           op(attach(limits("lim"), b: stretch(→)), limits: #true)
    varprojlim          op(attach(limits("lim"), b: stretch(←)), limits: #true)
    splitfrac           frac({0}, {1})
    splitdfrac          frac({0}, {1})
    overunderset        attach(limits({2}), t: {0}, b: {1})
    prescript           attach({2}, tl: {0}, bl: {1})
    celsius             class("normal", °)"C"
    TeX                 "TeX"
    LaTeX               "LaTeX"
    pmod                #h(1em)\("mod"#h(0.333em){0}\)
    pod                 #h(1em)\({0}\)
    mod                 #h(1em)"mod"#h(0.333em){0}
    bmod                class("binary", "mod")
""")
TEMPLATES |= {**SPACES, **dict.fromkeys(DROPPED, "")}
for command, letter in GREEK.items():      # upright, and slanted capitals
    name = command[1:]
    TEMPLATES["\\up" + name if name.islower() else "\\Up" + name.lower()] = f"upright({letter})"
    if not name.islower():
        TEMPLATES["\\var" + name] = f"italic({letter})"
ALPHABETS = {   # the end of \\mathbb and \\symbb, and its typst
    "rm": "upright", "up": "upright", "bf": "bold(upright", "it": "italic", "sf": "upright(sans",
    "bfit": "bold(italic", "bfcal": "bold(cal", "bfscr": "bold(scr", "bfsf": "bold(upright(sans",
    "bffrak": "bold(frak", "bfup": "bold(upright", "tt": "mono", "bb": "bb", "bbm": "bb",
    "ds": "bb", "cal": "cal", "scr": "scr", "frak": "frak"}
LETTERING = {f"{start}{name}": f"{call}({{0}}" + ")" * (call.count("(") + 1)
             for name, call in ALPHABETS.items() for start in (r"\math", r"\sym")}
LETTERING |= {r"\mathnormal": "{0}", r"\Bbb": "bb({0})", r"\boldsymbol": "bold({0})",
              r"\bm": "bold({0})", r"\pmb": "bold({0})", r"\bold": "bold(upright({0}))"}
WORDS = {  # templates for a whole word
    r"\mathrm": "{0}", r"\mathup": "{0}", r"\mathbf": "bold({0})", r"\mathit": "italic({0})",
    r"\mathsf": "sans({0})", r"\mathtt": "mono({0})", r"\bold": "bold({0})"}
TEXTS = {
    r"\text": "{0}", r"\textrm": "{0}", r"\textnormal": "{0}", r"\textup": "{0}",
    r"\mbox": "{0}", r"\hbox": "{0}", r"\textbf": "bold({0})", r"\textit": "italic({0})",
    r"\emph": "italic({0})", r"\texttt": "mono({0})", r"\textsf": "sans({0})"}
SWITCHES = {rf"\{name}": LETTERING[rf"\math{name}"]
            for name in "bf rm it sf tt cal scr frak".split()}
SWITCHES |= {rf"\{name}": f"{style}({{0}})" for name, style in (
    ("displaystyle", "display"), ("textstyle", "inline"), ("scriptstyle", "script"),
    ("scriptscriptstyle", "sscript"), ("mit", "italic"))}
TYPE_SIZES = {rf"\{name}": f"sized(#{size}, {{0}})" for name, size in {
    "Tiny": 0.6, "tiny": 0.5, "scriptsize": 0.7, "small": 0.85, "large": 1.2, "Large": 1.44,
    "LARGE": 1.73, "huge": 2.07, "Huge": 2.49}.items()} | {r"\normalsize": "{0}"}
SWITCHES.update(TYPE_SIZES)
STACKED = "matrix(align: #center, {0}; {1})"
FRACTIONS = {r"\over": "frac({0}, {1})", r"\choose": "binom({0}, {1})", r"\atop": STACKED,
             r"\brack": rf"lr(\[{STACKED}\])", r"\brace": rf"lr(\{{{{{STACKED}\}}}})"}
LONG_ARROWS = parse_names("""
    xrightarrow →  xleftarrow ←  xleftrightarrow ↔  xRightarrow ⇒  xLeftarrow ⇐  xLeftrightarrow ⇔
    xhookleftarrow ↩  xhookrightarrow ↪  xmapsto ↦  xtwoheadrightarrow ↠  xtwoheadleftarrow ↞
    xrightharpoonup ⇀  xrightharpoondown ⇁  xleftharpoonup ↼  xleftharpoondown ↽  xlongequal =
    xrightleftharpoons ⇌  xleftrightharpoons ⇋  xtofrom ⇄
""")
SIZES = {"big": "120%", "Big": "180%", "bigg": "240%", "Bigg": "300%"}
SIDES = {"": "%s", "l": 'class("opening", %s)', "r": 'class("closing", %s)',
         "m": "#h(0.278em)%s#h(0.278em)"}
TEMPLATES |= {rf"\{name}": f'op("{name}")' for name in (
    "arccos arcsin arctan arg cos cosh cot coth csc deg dim exp hom ker lg ln log sec sin sinh "
    "tan tanh").split()}
TEMPLATES |= {rf"\{name.replace(' ', '')}": f'op("{name}", limits: #true)' for name in (
    "det", "gcd", "inf", "lim", "max", "min", "Pr", "sup", "lim inf", "lim sup", "inj lim",
    "proj lim")}

# Environments -----------------------------------------------------------------------------------

MATRICES = {  # name without its star: delimiters
    "matrix": ("", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖")}
CASES = {"cases": ("{", ""), "dcases": ("{", ""), "rcases": ("", "}"), "drcases": ("", "}")}
ALIGNED = {"align", "align*", "aligned", "split", "flalign", "flalign*", "eqnarray", "eqnarray*",
           "alignat", "alignat*", "alignedat", "xalignat", "xalignat*"}
CENTRED = {"gather", "gather*", "gathered", "lgathered", "rgathered", "multline", "multline*",
           "multlined"}
PLAIN = {"equation", "equation*", "displaymath", "math"}
COLUMN = {"l": "left", "c": "center", "r": "right"}
