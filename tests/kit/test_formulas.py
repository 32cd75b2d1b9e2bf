"""Formulas: set as TeX means them or printed as their TeX with a warning, never changed."""

import io
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pypdf
import pytest
import typst
from pdf_helpers import export, markdown, need_font

from kit.report import command as report
from kit.report import formula_finder, tex_commands
from kit.report import formulas as kit_formulas
from kit.report.body import Body
from kit.report.fragments import Fragment, Place
from kit.report.tex import convert_formula
from kit.report.tex_macros import CannotSet, Macros
from kit.report.typesetting import TEMPLATE, set_pages

pytestmark = pytest.mark.report

ACCENTS = {0x300: "`", 0x301: "´", 0x302: "^", 0x303: "~", 0x304: "¯", 0x305: "¯", 0x306: "˘",
           0x307: "˙", 0x308: "¨", 0x30a: "°", 0x30c: "ˇ", 0x20d7: "→",
           0xfe00: None, 0xfe01: None}  # the last two tell calligraphic letters from script

SET = [  # what the PDF's text says, scripts and cells in the order in which typst draws them
    (r"{W^{(2)}}^T \delta^{(2)}", "W(2)Tδ(2)"),
    (r"W^{(2)T}", "W(2)T"),
    (r"W^{(2)\prime}", "W(2)′"),
    (r"f'^2 + f''(x) + f'''_i", "f′2+f′′(x)+f′′′i"),
    (r"W'^T x'_i", "W′Tx′i"),
    (r"a_i^{[l]} = \sigma(z_i^{[l]})", "a[l]i=σ(z[l]i)"),
    (r"x_{i,j}^{(n)}", "x(n)i,j"),
    (r"x^\top y + x^{\mathsf T}y + x^\intercal", "x⊤y+xTy+x⊺"),
    (r"A^\dagger A^{*} A^{\ast}", "A†A∗A∗"),
    (r"\frac{\partial C}{\partial w_{ji}} = \delta_j x_i", "∂C∂wji=δjxi"),
    (r"\frac12 \frac{1}{2}^2 {\frac{a}{b}}_c", "12122abc"),
    (r"\dfrac{a}{b} \tfrac{a}{b} \cfrac{1}{1+\cfrac{1}{x}}", "abab11+1x"),
    (r"{a \over b} + {n \choose k}", "ab+(nk)"),
    (r"\binom{n}{k} \dbinom{n}{k} \tbinom{n}{k}", "(nk)(nk)(nk)"),
    (r"\sqrt{x} \sqrt[3]{x+1} \sqrt2", "√x3√x+1√2"),
    (r"\sqrt{\frac{a}{b}} + \sqrt{1 + \sqrt{2}}", "√ab+√1+√2"),
    (r"\sum_{i=1}^n x_i \prod_{k} y_k", "∑ni=1xi∏kyk"),
    (r"\sum\limits_{k=1}^K y_k \ln \hat{y}_k", "∑Kk=1ykln^yk"),
    (r"\sum\nolimits_i x_i", "∑ixi"),
    (r"\int_0^\infty e^{-x}\,dx = 1", "∫∞0e−xdx=1"),
    (r"\int\limits_a^b f \iint \oint_C", "∫baf∫∫∮C"),
    (r"\lim_{x \to 0} \frac{\sin x}{x}", "limx→0sinxx"),
    (r"\max_{\theta} \min_x \sup_n \inf_k \Pr(X)", "maxθminxsupninfkPr(X)"),
    (r"\operatorname*{arg\,min}_{w} C(w)", "argminwC(w)"),
    (r"\operatorname{softmax}(z)_k", "softmax(z)k"),
    (r"\operatorname*{argmax}_x f(x)", "argmaxxf(x)"),
    (r"\hat{y} \bar{x} \vec{v} \tilde{z} \dot{q} \ddot{q} \check{a} \breve{a} "
     r"\acute{a} \grave{a} \mathring{a}", "^y¯x→v~z˙q¨qˇa˘a´a`a°a"),
    (r"\widehat{xyz} \widetilde{abc} \overline{AB} \underline{x+y}", "^xyz~abcABx+y"),
    (r"\overbrace{a+b+c}^{\text{sum}} + \underbrace{x + y}_{n\ \text{terms}}",
     "⏞a+b+csum+x+y⏟nterms"),
    (r"\underbrace{a}_{\text{first}} = \overbrace{b}", "a⏟first=⏞b"),
    (r"\overset{!}{=} \underset{x}{\to} \stackrel{\text{def}}{=}", "=!→x=def"),
    (r"\sum_{\substack{i<n \\ j \ne i}} a_{ij}", "∑i<nj≠iaij"),
    (r"\boxed{E = mc^2} + 1", "E=mc2+1"),
    (r"\cancel{x} + \bcancel{y} + \xcancel{z}", "x+y+z"),
    (r"a\phantom{bbb}c = \vphantom{\int} d \hphantom{xx} e", "ac=de"),
    (r"\left( \frac{a}{b} \right) \left[ x \right] \left\{ y \right\}", "(ab)[x]{y}"),
    (r"\left\| \frac{x}{2} \right\| \left| x \right|", "‖x2‖|x|"),
    (r"\left.\frac{\partial C}{\partial w}\right|_{w=0}", "∂C∂w|w=0"),
    (r"\left\langle x \middle| y \right\rangle", "⟨x|y⟩"),
    (r"P\left(A \,\middle|\, \frac{B}{C}\right)", "P(A|BC)"),
    (r"\left( \sum_{i=1}^n x_i \right)^2", "(∑ni=1xi)2"),
    (r"\bigl( x \bigr) \Bigl[ x \Bigr] \biggl\{ x \biggr\} \Biggl| x \Biggr|", "(x)[x]{x}|x|"),
    (r"\big( \Big( \bigg( \Bigg(", "(((("),
    (r"\lvert x \rvert + \lVert x \rVert_2", "|x|+‖x‖2"),
    (r"|x| + |-x| + \|x\|_2 + \|x\|", "|x|+|−x|+‖x‖2+‖x‖"),
    (r"\lceil x \rceil \lfloor y \rfloor \langle z \rangle", "⌈x⌉⌊y⌋⟨z⟩"),
    (r"\ulcorner a \urcorner \llcorner b \lrcorner", "⌜a⌝⌞b⌟"),
    (r"p(x|y) = p(x \mid y)", "p(x|y)=p(x∣y)"),
    (r"\{ x \in \mathbb{R} \mid x > 0 \}", "{x∈R∣x>0}"),
    (r"\left\{ x : x > 0 \right\}", "{x:x>0}"),
    (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix} \begin{bmatrix} a & b \\ c & d \end{bmatrix}",
     "(acbd)[acbd]"),
    (r"\begin{vmatrix} a & b \\ c & d \end{vmatrix} \begin{Vmatrix} a & b \\ c & d \end{Vmatrix}",
     "|acbd|‖acbd‖"),
    (r"\begin{Bmatrix} a & b \\ c & d \end{Bmatrix} \begin{matrix} a & b \\ c & d \end{matrix}",
     "{acbd}acbd"),
    (r"\left( \begin{smallmatrix} a & b \\ c & d \end{smallmatrix} \right)", "(acbd)"),
    (r"\begin{pmatrix*}[r] -1 & 2 \\ 10 & -20 \end{pmatrix*}", "(−1102−20)"),
    (r"\begin{bmatrix} x_1 \\ x_2 \end{bmatrix}^T", "[x1x2]T"),
    (r"\left[\begin{array}{cc|c} 1 & 2 & 3 \\ 4 & 5 & 6 \end{array}\right]", "[123456]"),
    (r"\begin{array}{c|c} x & y \\ \hline 0 & 1 \\ 1 & 0 \end{array}", "xy0110"),
    (r"\begin{array}{|l|r|} \hline aaa & b \\ \hline c & ddd \\ \hline \end{array}", "aaabcddd"),
    (r"\begin{array}{lcr} aaa & b & c \\ d & eee & fff \end{array}", "aaabcdeeefff"),
    (r"\left\{ \begin{array}{ll} 1 & x > 0 \\ 0 & \text{otherwise} \end{array} \right.",
     "{10x>0otherwise"),
    (r"f(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
     "f(x)={10ifx>0otherwise"),
    (r"\begin{rcases} a \\ b \end{rcases} \Rightarrow c", "ab}⇒c"),
    (r"\begin{cases} a & b & c \\ dd & ee & ff \end{cases}", "{addbeecff"),
    (r"\begin{aligned} a &= b + c \\ &= d \end{aligned}", "a=b+c=d"),
    (r"\begin{split} a &= b + c \\ &= d \end{split}", "a=b+c=d"),
    (r"\begin{gathered} a = b \\ c + d = e + f + g \end{gathered}", "a=bc+d=e+f+g"),
    (r"\left\{\begin{aligned} a &= b \\ c &= d \end{aligned}\right.", "{a=bc=d"),
    (r"x = \begin{aligned} &a \\ &bbb \end{aligned} + c", "x=abbb+c"),
    (r"\begin{aligned} a &= b & c &= d \\ e + f &= g & h &= iiiii \end{aligned}",
     "a=bc=de+f=gh=iiiii"),
    (r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta "
     r"\iota \kappa \lambda \mu", "αβγδεεζηθθικλμ"),
    (r"\nu \xi \pi \varpi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi "
     r"\chi \psi \omega", "νξππρρσςτυφφχψω"),
    (r"\Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega", "ΓΔΘΛΞΠΣΥΦΨΩ"),
    (r"\leq \geq \le \ge \neq \ne \equiv \sim \simeq \approx \cong \propto \ll \gg",
     "≤≥≤≥≠≠≡∼≃≈≅∝≪≫"),
    (r"\leqslant \geqslant \lesssim \gtrsim \prec \succ \preceq \succeq", "⩽⩾≲≳≺≻⪯⪰"),
    (r"\subset \supset \subseteq \supseteq \in \ni \notin \subsetneq \nsubseteq", "⊂⊃⊆⊇∈∋∉⊊⊈"),
    (r"\cup \cap \setminus \emptyset \varnothing \uplus \sqcup \sqcap", "∪∩∖∅∅⊎⊔⊓"),
    (r"\land \lor \lnot \neg \forall \exists \nexists \therefore \because", "∧∨¬¬∀∃∄∴∵"),
    (r"\to \gets \rightarrow \Rightarrow \leftarrow \Leftarrow \leftrightarrow "
     r"\Leftrightarrow \mapsto", "→←→⇒←⇐↔⇔↦"),
    (r"\longrightarrow \Longrightarrow \longleftarrow \iff \implies \longmapsto \hookrightarrow",
     "⟶⟹⟵⟺⟹⟼↪"),
    (r"\uparrow \downarrow \updownarrow \nearrow \searrow \rightharpoonup "
     r"\rightleftharpoons \leadsto", "↑↓↕↗↘⇀⇌⇝"),
    (r"\nrightarrow \nleq \ngeq \nmid \nparallel \not= \not\in \not\subset \not\equiv",
     "↛≰≱∤∦≠∉⊄≢"),
    (r"\pm \mp \times \div \cdot \ast \star \circ \bullet \oplus \otimes \odot \ominus",
     "±∓×÷⋅∗⋆∘∙⊕⊗⊙⊖"),
    (r"\ldots \cdots \vdots \ddots \dots a,\dots,b a+\dots+b", "...⋯⋮⋱...a,...,ba+⋯+b"),
    (r"\nabla \partial \infty \hbar \ell \Re \Im \wp \aleph \top \bot \angle", "∇∂∞ħlRI℘א⊤⊥∠"),
    (r"\triangle \square \blacksquare \diamond \bigstar \checkmark \dagger \ddagger \prime",
     "△□■⋄★✓†‡′"),
    (r"\bigcup_{i} A_i \bigcap \bigoplus \bigotimes \bigvee \bigwedge \coprod", "⋃iAi⋂⨁⨂⋁⋀∐"),
    (r"a \, b \: c \; d \quad e \qquad f \! g ~ h \  i", "abcdefghi"),
    (r"a\hspace{1cm}b\hspace{-2pt}c", "abc"),
    (r"\mathrm{in} \mathbf{W} \mathbb{R} \mathcal{L} \mathscr{L} \mathfrak{g} "
     r"\mathsf{A} \mathtt{abc}", "inWRLLgAabc"),
    (r"\mathit{diff} \boldsymbol{\theta} \bm{x} \bm{\Sigma} \mathbf{x}^T", "diffθxΣxT"),
    (r"\mathbb{1}[k = n]", "1[k=n]"),
    (r"n_\mathrm{in} x_\text{max} w^\mathbf{b} e^\frac{1}{2}", "ninxmaxwbe12"),
    (r"2\,\mathrm{km} 5\,\text{m/s} 10\%", "2km5m/s10%"),
    (r"x\mathrm{d}x \mathrm d x", "xdxdx"),
    (r"\text{if } x > 0 \text{ and $y^2 = 1$, else}", "ifx>0andy2=1,else"),
    (r"\text{a \textbf{bold} and \textit{it} \texttt{tt}}", "aboldandittt"),
    (r"\textbf{loss} = \textit{small} \textrm{ rm } \mbox{box}", "loss=smallrmbox"),
    (r"\text{loss}_{\text{val}}", "lossval"),
    (r"1{,}000 + 3\,000 + 3.14 + 1,000", "1,000+3000+3.14+1,000"),
    (r"a = b \tag{1}", "a=b(1)"),
    (r"a = b \tag*{*}", "a=b*"),
    (r"\color{red}{x} + y", "x+y"),
    (r"{\color{blue} x + y} + z", "x+y+z"),
    (r"\textcolor{red}{a = b} + c", "a=b+c"),
    (r"\color{red} a + b", "a+b"),
    (r"{\bf x} + {\rm const} {\cal L} {\it it}", "x+constLit"),
    (r"\displaystyle \sum_i^n x", "∑nix"),
    (r"\textstyle \sum_i^n x", "∑nix"),
    (r"\bmod \pmod{n} a \bmod b a \equiv b \pmod{n} a \mod b", "mod(modn)amodba≡b(modn)amodb"),
    (r"\mathop{A}_x \mathbin{\#} a \mathrel{R} b", "Ax#aRb"),
    (r"a \colon b f\colon A \to B a:b a := b a \coloneqq b", "a:bf:A→Ba:ba:=ba≔b"),
    (r"\sin x + \cos^2 x + \log_{10} x + \ln(x) + \exp(-x)", "sinx+cos2x+log10x+ln(x)+exp(−x)"),
    (r"\det A + \gcd(a,b) + \dim V + \ker f + \arg z + \tanh x",
     "detA+gcd(a,b)+dimV+kerf+argz+tanhx"),
    (r"\limsup_{n} \liminf_n", "limsupnliminfn"),
    (r"α + β ≤ γ ∂ ∇ ∈ ℝ × · → ∞", "α+β≤γ∂∇∈R×⋅→∞"),
    (r"ŷ + x̂ + å + é + x̄", "^y+^x+°a+´e+¯x"),
    (r"x² + x₁", "x2+x1"),
    (r"a' + b'' + \hat{x}'", "a′+b′′+^x′"),
    (r"{}^T A _1 F_2", "TA1F2"),
    (r"\left(x\right)\left(y\right)^2", "(x)(y)2"),
    (r"(\frac{a}{b}) [\frac{a}{b}]", "(ab)[ab]"),
    (r"a/b + a / b \backslash c", "a/b+a/b\\c"),
    (r"-x + y = -z (-1) \cdot (+2)", "−x+y=−z(−1)⋅(+2)"),
    (r"a < b > c", "a<b>c"),
    (r"a \quad \text{for all } i", "aforalli"),
    (r"\delta_j = f'(z_j) \sum_k w_{kj} \delta_k", "δj=f′(zj)∑kwkjδk"),
    (r"w_{ji} := w_{ji} - \alpha \frac{\partial C}{\partial w_{ji}}", "wji:=wji−α∂C∂wji"),
    (r"C(w) = -\frac{1}{N} \sum_{n=1}^N \sum_{k=1}^K y_k^n \ln(\hat{y}_k^n)",
     "C(w)=−1N∑Nn=1∑Kk=1ynkln(^ynk)"),
    (r"\hat{y}_k = \frac{e^{z_k}}{\sum_{k'}^K e^{z_{k'}}}", "^yk=ezk∑Kk′ezk′"),
    (r"f(x) = 1.7159 \tanh\left(\frac{2}{3}x\right)", "f(x)=1.7159tanh(23x)"),
    (r"\nabla_{\mathbf{W}^{(l)}} \mathcal{L} = \boldsymbol{\delta}^{(l)} "
     r"{\mathbf{a}^{(l-1)}}^\top", "∇W(l)L=δ(l)a(l−1)⊤"),
    (r"\mathbf{W} \in \mathbb{R}^{64 \times 785}", "W∈R64×785"),
    (r"v_t = \gamma v_{t-1} + \eta \nabla_\theta J(\theta)", "vt=γvt−1+η∇θJ(θ)"),
    (r"\mathcal{N}\left(0, \frac{1}{\sqrt{n_\text{in}}}\right)", "N(0,1√nin)"),
    (r"\mathbb{E}_{x \sim p}\left[ f(x) \right]", "Ex∼p[f(x)]"),
    (r"\mathrm{KL}(p \,\|\, q) = \sum_x p(x) \log \frac{p(x)}{q(x)}", "KL(p‖q)=∑xp(x)logp(x)q(x)"),
    (r"\frac{\mathrm{d}}{\mathrm{d}x} f(x) \Big|_{x=0}", "ddxf(x)|x=0"),
    (r"\underset{x \in X}{\operatorname{arg\,max}}", "argmaxx∈X"),
    (r"\underset{n \to \infty}{\lim} a_n", "limn→∞an"),
    (r"\sigma'(z) = \sigma(z)(1-\sigma(z))", "σ′(z)=σ(z)(1−σ(z))"),
    (r"W_{1}x_{1}, \ldots, W_nx_n", "W1x1,...,Wnxn"),
    (r"\begin{pmatrix} 1 & 0 & \dots & 0 \end{pmatrix}", "(10...0)"),
    (r"\left[ \begin{matrix} a \\ b \end{matrix} \right]", "[ab]"),
    (r"\mathbf{1}_{\{x > 0\}}", "1{x>0}"),
    (r"x_{i_j} x_{i^2} x^{i_j} 2^{2^2}", "xijxi2xij222"),
    (r"a_{\text{train, val}}", "atrain,val"),
    (r"{x}_i {x_i}^2 {(a+b)}^2", "xix2i(a+b)2"),
    (r"\overline{x}_i \hat{\mathbf{w}} \hat{\theta}_i \bar{\bar{x}}", "xi^w^θi¯¯x"),
    (r"\dot{\boldsymbol{x}} \vec{\mathbf{x}}", "˙x→x"),
    (r"\left|\left| x \right|\right|", "||x||"),
    (r"||x||_2 + ||W||_F^2", "||x||2+||W||2F"),
    (r"\left( \left( \frac{a}{b} \right) + c \right)", "((ab)+c)"),
    (r"\left] a, b \right[", "]a,b["),
    (r"\left< x, y \right>", "⟨x,y⟩"),
    (r"\left\lceil \frac{a}{b} \right\rceil \left\lfloor \frac{a}{b} \right\rfloor", "⌈ab⌉⌊ab⌋"),
    (r"\left\lvert x \right\rvert", "|x|"),
    (r"\int_{-\infty}^{\infty}\!\!\! f(x)\,\mathrm{d}x", "∫∞−∞f(x)dx"),
    (r"\iiint_V f \, dV \oint_{\partial S}", "∫∫∫VfdV∮∂S"),
    (r"f \colon \mathbb{R}^n \to \mathbb{R},\ x \mapsto \|x\|^2", "f:Rn→R,x↦‖x‖2"),
    (r"A \setminus B, A \backslash B, A^c", "A∖B,A\\B,Ac"),
    (r"p \implies q \iff \neg p \lor q", "p⟹q⟺¬p∨q"),
    (r"x \in [0, 1) \cup (2, 3]", "x∈[0,1)∪(2,3]"),
    (r"10^{-3}, 1\mathrm{e}{-3}, 5\times10^{4}", "10−3,1e−3,5×104"),
    (r"\theta^{*} = \theta - \eta\,\partial_\theta L", "θ∗=θ−η∂θL"),
    (r"\Delta w_{ij} = -\alpha\frac{\partial E}{\partial w_{ij}}", "Δwij=−α∂E∂wij"),
    (r"y = \left\{ \begin{matrix} 1 \\ 0 \end{matrix} \right.", "y={10"),
    (r"\begin{align} a &= b + c \\ &= \frac{\partial C}{\partial w} \end{align}", "a=b+c=∂C∂w"),
    (r"\begin{align*} a &= b \\ c &= d \end{align*}", "a=bc=d"),
    (r"\begin{align} a &= b \tag{1} \\ c + d &= e \tag{2} \end{align}", "a=b(1)c+d=e(2)"),
    (r"\begin{gather} a = b \\ c = d + e \end{gather}", "a=bc=d+e"),
    (r"\begin{eqnarray} a &=& b \\ c + d &=& e \end{eqnarray}", "a=bc+d=e"),
    (r"\begin{multline} a + b + c \\ + d + e \end{multline}", "a+b+c+d+e"),
    (r"\begin{alignat}{2} a &= b &\quad c &= d \\ e &= f & g &= h \end{alignat}", "a=bc=de=fg=h"),
    (r"\begin{equation} a = b \end{equation}", "a=b"),
    (r"\begin{align} x &= \begin{cases} a & b \\ c & d \end{cases} \\ y &= "
     r"\begin{pmatrix} 1 \\ 2 \end{pmatrix} \end{align}", "x={acbdy=(12)"),
    (r"\begin{align} f(x) &= a && \text{by (1)} \\ &= b && \text{by (2)} \end{align}",
     "f(x)=aby(1)=bby(2)"),
    (r"\begin{aligned} a &= b \\[6pt] c &= d \\[2ex] e &= f \end{aligned}", "a=bc=de=f"),
    (r"\begin{array}{r@{}l} a & = b \end{array}", "a=b"),
    (r"\mathrm{softmax}(\mathbf{z})_i = \frac{\exp(z_i)}{\sum_j \exp(z_j)}",
     "softmax(z)i=exp(zi)∑jexp(zj)"),
    (r"\text{accuracy} = \frac{\text{TP} + \text{TN}}{\text{total}}", "accuracy=TP+TNtotal"),
    (r"\Sigma^{-1} \sum\Sigma", "Σ−1∑Σ"),
    (r"\frac{\frac{a}{b}}{\frac{c}{d}} x^{\frac{a}{b}}", "abcdxab"),
    (r"\prod_{i \ne j} \bigcup_{n=1}^\infty A_n \text{ inline}", "∏i≠j⋃∞n=1Aninline"),
    (r"a\ b\,c\!d", "abcd"),
    (r"\hat{\imath} \vec{\jmath} \hat i", "^i→j^i"),
    (r"\mathbf{\hat{y}} = \mathbf{W}\mathbf{x}", "^y=Wx"),
    (r"f_\theta\bigl(g(x)\bigr) = \Bigl( \sum_i x_i \Bigr)^{1/2}", "fθ(g(x))=(∑ixi)1/2"),
    (r"\bigl\lVert x \bigr\rVert \bigm| y", "‖x‖|y"),
    (r"\bigg|_{x=0} \Bigr|_{a}^{b}", "|x=0|ba"),
    (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \begin{bmatrix} x \\ y "
     r"\end{bmatrix} = \mathbf{b}", "[1324][xy]=b"),
    (r"\begin{pmatrix} \begin{matrix} a & b \end{matrix} \\ c \end{pmatrix}", "(abc)"),
    (r"\begin{bmatrix} \frac{1}{2} & \frac{1}{3} \\ \sqrt{2} & x^2 \end{bmatrix}", "[12√213x2]"),
    (r"\det\begin{vmatrix} a & b \\ c & d \end{vmatrix} = ad - bc", "det|acbd|=ad−bc"),
    (r"\nabla^2 f, \nabla \cdot \mathbf{F}, \nabla \times \mathbf{F}", "∇2f,∇⋅F,∇×F"),
    (r"\bar{x} = \tfrac1n \textstyle\sum x_i", "¯x=1n∑xi"),
    (r"e^{i\pi} + 1 = 0", "eiπ+1=0"),
    (r"\log\left(1 + e^{-y_i w^\top x_i}\right)", "log(1+e−yiw⊤xi)"),
    (r"\mathbb{P}(X = k) = \binom{n}{k} p^k (1-p)^{n-k}", "P(X=k)=(nk)pk(1−p)n−k"),
    (r"\| \mathbf{x} - \mathbf{y} \|_2^2", "‖x−y‖22"),
    (r"\left\| \mathbf{W}^{(l)} \right\|_F", "‖W(l)‖F"),
    (r"x^{(i)}_{j}, {x^{(i)}}_j, w_{jk}^{(2)}{}'", "x(i)j,x(i)j,w(2)jk′"),
    (r"a \mathrel{+}= b, a\mathbin{|}b", "a+=b,a|b"),
    (r"\mathrm{Var}[X] \mathrm{Cov}(X, Y) \mathrm{tr}(A)", "Var[X]Cov(X,Y)tr(A)"),
    (r"\mathtt{x\_train} \text{x\_train} \texttt{x[0]}", "x_trainx_trainx[0]"),
    (r"n! = n(n-1)!, \binom{n}{2} = \frac{n!}{2!(n-2)!}", "n!=n(n−1)!,(n2)=n!2!(n−2)!"),
    (r'x?, a; b: "q" @', 'x?,a;b:"q"@'),
    (r"\lambda \| w \|^2, |A| |B|, |a+b| \leq |a| + |b|", "λ‖w‖2,|A||B|,|a+b|≤|a|+|b|"),
    (r"\sum_{i} |x_i| \cdot |y_i|", "∑i|xi|⋅|yi|"),
    (r"|\psi\rangle \langle\phi| \langle a|b\rangle", "|ψ⟩⟨φ|⟨a|b⟩"),
    (r"\overbrace{\underbrace{a}_{1} + b}^{2}", "⏞a⏟1+b2"),
    (r"\stackrel{*}{\to} \overset{\text{iid}}{\sim}", "→∗∼iid"),
    (r"\underbrace{W}_{m \times n} \underbrace{x}_{n}", "W⏟m×nx⏟n"),
    (r"\underline{\underline{A}} \overline{\overline{A}}", "AA"),
    (r"\lim\limits_{x\to 0} \max\nolimits_x", "limx→0maxx"),
    (r"\mathop{\mathrm{argmin}}_{x} \mathop{\mathbb{E}}\limits_{x}", "argminxEx"),
    (r"\mathop{\mathrm{arg\,max}}\limits_{x \in A}", "argmaxx∈A"),
    (r"ж + ő + ł + ø + æ + ñ", "ж+ő+ł+ø+æ+~n"),
    (r"𝐖 𝒙 ⟨x⟩ ‖x‖ a ⊙ b ⇒ ∀ ∃ ∅", "Wx⟨x⟩‖x‖a⊙b⇒∀∃∅"),
    (r"f^{''} f^{\prime 2} f_{i}'^{2} {f'}^2 \sin' x", "f′′f′2f′2if′2sin′x"),
    (r"\mathrm{\Delta t} \mathrm{H_2O} \mathrm{kg\,m^{-1}}", "ΔtH2Okgm−1"),
    (r"\left\{\begin{array}{@{}l@{\quad}l@{}} a & b \end{array}\right.", "{ab"),
    (r"i \in [\![1, n]\!] \quad T^{i}{}_{j}{}^{k} \quad p_{i,j}^{\,k}", "i∈[[1,n]]Tijkpki,j"),
    (r"\begin{array}{r} 12 \\ +\;\,7 \\ \hline 19 \end{array}", "12+719"),
    (r"\left(\!\begin{array}{c} n \\ k \end{array}\!\right)", "(nk)"),
    (r"\frac{{\partial}^2 f}{\partial x\,\partial y}\bigg|_{(0,0)}", "∂2f∂x∂y|(0,0)"),
    (r"\text{Conv}_{3\times3} \rightarrow \text{ReLU}", "Conv3×3→ReLU"),
    (r"\mathop{}\!\mathrm{d}x \mathrm{}a \mathbf{} {} b", "dxab"),
    (r"\left. x \middle| y \right. \left.\right. z", "x|yz"),
    (r"\operatorname{argmin}\limits_x f \operatorname*{\mathbb E}_{x\sim p}", "argminxfEx∼p"),
    (r"x \perp\!\!\!\perp y \mid z", "x⟂⟂y∣z"),
    (r"\sum_{\mathclap{1\le i\le j\le n}} x_{ij}", "∑1≤i≤j≤nxij"),
    (r"\vec{0} \boldsymbol{0} \mathbf{\phi} \mathbf{\Phi} \boldsymbol{\Phi} \mathit{\Gamma}",
     "→00φΦΦΓ"),
    (r"\displaystyle{\frac{a}{b}} {\displaystyle \frac{a}{b}} \displaystyle\frac{a}{b}", "ababab"),
    (r"\left(\frac{a}{b}\right.+\left.\frac{c}{d}\right)", "(ab+cd)"),
    (r"\hat{\boldsymbol{\beta}} = (\mathbf{X}^\top\mathbf{X})^{-1}\mathbf{X}^\top\mathbf{y}",
     "^β=(X⊤X)−1X⊤y"),
    (r"\frac{\partial}{\partial x}\left[\sin(x)\cos(x)\right] = \cos^2(x)-\sin^2(x)",
     "∂∂x[sin(x)cos(x)]=cos2(x)−sin2(x)"),
    (r"\begin{aligned} \text{minimise} \quad & f(x) \\ \text{subject to} \quad & g(x) "
     r"\le 0 \end{aligned}", "minimisef(x)subjecttog(x)≤0"),
    (r"\begin{align} & a = b \\ \Rightarrow\quad & c = d \\ \therefore\quad & e \end{align}",
     "a=b⇒c=d∴e"),
    (r"a_{1}, \ldots, a_{n} \quad a_1 \cdots a_n \quad a_1, \dots, a_n",
     "a1,...,ana1⋯ana1,...,an"),
    (r"\sigma_{\max}(A) \lambda_{\min} x_{\arg} \log_2 n \ln^2 x \max_i^2",
     "σmax(A)λminxarglog2nln2xmax2i"),
    (r"|a|^2 + |b|_1 \quad \left|a\right|^2 \quad \|a\|^{2}_{2} \quad \lvert a\rvert^2",
     "|a|2+|b|1|a|2‖a‖22|a|2"),
    (r"\{a\}^2 (a)^2 [a]_i \langle a \rangle^2", "{a}2(a)2[a]i⟨a⟩2"),
    (r"x^{-\frac{1}{2}} e^{-\frac{(x-\mu)^2}{2\sigma^2}} \frac{1}{\sqrt{2\pi\sigma^2}}",
     "x−12e−(x−μ)22σ21√2πσ2"),
    (r"\overline{\mathrm{AB}} \overline{a}\overline{b} \overline{ab}", "ABabab"),
    (r"\text{a}_{\text{b}}^{\text{c}} \mathbf{a}_{\mathbf{b}}", "acbab"),
    (r"f\left(x\right)=\left\{\begin{aligned}&x, && x>0 \\ &0, && x\le0\end{aligned}\right.",
     "f(x)={x,x>00,x≤0"),
    (r"\begin{pmatrix} a_{11} & a_{12} \\ a_{21} & a_{22} \end{pmatrix}\begin{pmatrix} "
     r"x_1 \\ x_2 \end{pmatrix} = \begin{pmatrix} b_1 \\ b_2 \end{pmatrix}",
     "(a11a21a12a22)(x1x2)=(b1b2)"),
    (r"\iint_D f\,dA \oint_C \int_0^1\!\!\int_0^x \int\!\cdots\!\int", "∫∫DfdA∮C∫10∫x0∫⋯∫"),
    (r"\bigcap_{i \in I} A_i \quad \bigoplus_{n} V_n \quad \coprod", "⋂i∈IAi⨁nVn∐"),
    (r"\left(\left(a\right)^2\right)^3 \left\{\left[a\right]\right\}", "((a)2)3{[a]}"),
    (r"\big( \Big( \bigg( \Bigg( a \big| b", "((((a|b"),
    (r"f(x) \Big|_{x=0}^{b} \bigm| y", "f(x)|bx=0|y"),
    (r"\left( \begin{smallmatrix} a & b \\ c & d \end{smallmatrix} \right) + "
     r"\begin{psmallmatrix} a & b \\ c & d \end{psmallmatrix}", "(acbd)+(acbd)"),
    (r"\mathop{\mathrm{arg\,max}}\limits_{x \in A} \mathop{\rm argmin}_x", "argmaxx∈Aargminx"),
    (r"a \mathrel{:=} b \stackrel{a}{:=} \mathbin{ab} c", "a:=b:=aabc"),
    (r"x² + x₁ + x₁² + 10⁻³", "x2+x1+x21+10−3"),
    (r"α x² β", "αx2β"),
    (r"a+\dots+b a,\dots,b a \dots b", "a+⋯+ba,...,ba...b"),
    (r"x^{\prime} x^{\prime\prime} x^{*\prime}", "x′x′′x∗′"),
    (r"\mathrm{d}^2 x \mathrm{softmax}_i \mathrm{x_i}", "d2xsoftmaxixi"),
    (r"\begin{pmatrix} x_1 & \cdots & x_n \end{pmatrix}^{\!T}", "(x1⋯xn)T"),
    (r"\frac{\begin{pmatrix} a \\ b \end{pmatrix}}{2}", "(ab)2"),
    (r"\sum_{i=1}^{n}{x_i}^2", "∑ni=1x2i"),
    (r"\left(\frac{\left(a+b\right)}{c}\right)", "((a+b)c)"),
    (r"\left.x\right|_0^1 \left[x\right)", "x|10[x)"),
    (r"\left( (a) \right) \left. (a) \frac{b}{c} \right\}", "((a))(a)bc}"),
    (r"\left|\frac{|a|}{b}\right|", "||a|b|"),
    (r"\left\{\begin{array}{l} a \\ b \end{array}\right\}", "{ab}"),
    (r"\color{#ff8800} a \textcolor[RGB]{0,128,0}{b} \textcolor{orange}{\sum_i^n} x", "ab∑nix"),
    (r"\textcolor{red}{x}^2 \textcolor{red}{-} x", "x2−x"),
    (r"a \textcolor{red}{=} b \textcolor{blue}{+} c", "a=b+c"),
    (r"\text{\textcolor{red}{warn} ok}", "warnok"),
    (r"\mathbf{\alpha} \boldsymbol{\alpha\beta} \mathbf{x+1} \mathit{x} \mathsf{AbC} \mathtt{a1}",
     "ααβx+1xAbCa1"),
    (r"\mathcal{ABC} \mathscr{ABC} \mathfrak{ABCabc} \mathbb{ABCRNZQ} \mathbb{E}",
     "ABCABCABCabcABCRNZQE"),
    (r"\boldsymbol{W}^{\top} \bm{\mathcal{L}} \boldsymbol{\nabla} \boldsymbol{=}", "W⊤L∇="),
    (r"\dfrac{\sum_i x}{2} \frac{\sum_i x}{2} \textstyle\frac{a}{b}", "∑ix2∑ix2ab"),
    (r"\displaystyle\frac{a}{b} + {\scriptstyle x} + {\scriptscriptstyle y}", "ab+x+y"),
    (r"\operatorname{sign}(x) \operatorname{E}[x] \operatorname{Var}_x", "sign(x)E[x]Varx"),
    (r"\operatorname{\mathbb{E}}_x \operatorname{cross-entropy}", "Excross-entropy"),
    (r"\Pr(A \mid B) = \frac{\Pr(B\mid A)\Pr(A)}{\Pr(B)}", "Pr(A∣B)=Pr(B∣A)Pr(A)Pr(B)"),
    (r"x \mapsto \begin{pmatrix} \sin x \\ \cos x \end{pmatrix}", "x↦(sinxcosx)"),
    (r"\begin{align} (a &+ b) \\ &{}+ c \end{align}", "(a+b)+c"),
    (r"\begin{align} \left( a \right. &+ \left. b \right) \end{align}", "(a+b)"),
    (r"\begin{aligned}[t] a &= b \end{aligned} \tag{3}", "a=b(3)"),
    (r"\begin{array}{c} a \\ \hline b \end{array}", "ab"),
    (r"\begin{array}{r|l} 1 & 2 \end{array} + \frac{1}{2}", "12+12"),
    (r"\begin{array}{ccc|c} 1 & 0 & 0 & a \\ \hline 0 & 1 & 0 & b \end{array}", "100a010b"),
    (r"\left(\begin{array}{c|c} A & B \\ \hline C & D \end{array}\right)", "(ABCD)"),
    (r"A = \left[\begin{array}{rr} 1 & -2 \\ -30 & 4 \end{array}\right]", "A=[1−30−24]"),
    (r"\begin{vmatrix} a & b \\ c & d \end{vmatrix}^2 \begin{cases} x \\ y \end{cases} \text{end}",
     "|acbd|2{xyend"),
    (r"\overset{a}{\underset{b}{X}} \underset{b}{\overset{a}{X}}", "XbaXab"),
    (r"\sum_{\substack{a\\b}}^{\substack{c\\d}} x", "∑cdabx"),
    (r"\hat{x}^2 \hat{x^2} \widehat{x+y} \tilde{\mathbf{W}} \bar{X}_n \dot{x}_1^2 \vec{x}\,'",
     "^x2^x2^x+y~W¯Xn˙x21→x′"),
    (r"\sqrt[n]{\frac{a}{b}} \sqrt{x}^2 \sqrt{\sqrt{x}}", "n√ab√x2√√x"),
    (r"x_{-1} x^{+} x^{-} x_{+} x^{=}", "x−1x+x−x+x="),
    (r"-\frac{1}{2} = -1 \cdot -2 \left(-1\right) [-1, +1] \{-1\}", "−12=−1⋅−2(−1)[−1,+1]{−1}"),
    (r"a \le -1, b = \pm 1, x \in \{\pm 1\}", "a≤−1,b=±1,x∈{±1}"),
    (r"1/2 \, \text{and} \, ½", "1/2and1⁄2"),
    (r"10\,\% \; 5^\circ 30^{\circ}\mathrm{C}", "10%5∘30∘C"),
    (r"\$5 \# \& \_ \{ \} \%", "$5#&_{}%"),
    (r"\lbrace x \rbrace \lbrack y \rbrack \vert x \vert \Vert y \Vert", "{x}[y]|x|‖y‖"),
    (r"\mathring{A} \dddot{x} \ddddot{x}", "°A⃛x⃜x"),
    (r"\nleq \ngeq \nless \ngtr \not< \not> \not\leq \not\sim \not\approx \not\mid "
     r"\not\exists \not\ni", "≰≱≮≯≮≯≰≁≉∤∄∌"),
    (r"\begin{equation*} \begin{split} a &= b \\ &= c \end{split} \tag{4} \end{equation*}",
     "a=b=c(4)"),
    (r"\begin{gather*} a \tag{A} \\ b \end{gather*}", "a(A)b"),
    (r"\textbf{W}^{(1)} \text{W}_1 \text{i.e. }x", "W(1)W1i.e.x"),
    (r"x^{\text{T}} x^{\rm T} {x}^{\mathrm{T}} x^{\mathbf{T}} x^\mathsf{T}", "xTxTxTxTxT"),
    (r"{\rm sign}(x) {\rm d}x \rm abc", "sign(x)dxabc"),
    (r"\mathbf w_j^\text{out} \mathcal L \mathbb E", "woutjLE"),
    (r"y_k^{(n)} {y^n_k}' \overline{y}_k^n", "y(n)kynk′ynk"),
    (r"f^{(l)}{}' \delta_j^{l}{}^{T}", "f(l)′δljT"),
    (r"a \xrightarrow{f} b \xrightarrow[g]{} c", "a⟶fb→gc"),
    (r"\begin{bmatrix} w_{11} & \cdots \\ \vdots & \ddots \end{bmatrix}", "[w11⋮⋯⋱]"),
    (r"\begin{bmatrix}[cc|c] 1 & 2 & 3 \\ 4 & 5 & 6 \end{bmatrix}", "[123456]"),
    (r"a \\ b", "ab"),
    (r"\text{cost: \$5 \& 10\% of n\_in \{x\}}", "cost:$5&10%ofn_in{x}"),
    (r"\text{`a' it's -- x}", "‘a’it’s--x"),
    (r"\dv{f}{x} \dv{x} \dv[2]{f}{x} \dv*{f}{x}", "dfdxddxd2fdx2df/dx"),
    (r"\pdv{f}{x} \pdv{f}{x}{y} \pdv[2]{f}{x} \pdv{x}(f) \fdv{F}{g}",
     "∂f∂x∂2f∂x∂y∂2f∂x2∂∂x(f)δFδg"),
    (r"\qty(\frac{a}{b}) \qty[x] \qty{x} \qty|x| \qty(a(b+c)d) \qty\big(x)",
     "(ab)[x]{x}|x|(a(b+c)d)(x)"),
    (r"\abs{x} \abs*{x} \norm{\vb{x}}_2 \norm x \pqty{x} \order{h^2}", "|x||x|‖x‖2‖x‖(x)O(h2)"),
    (r"\eval{x^2}_0^1 \eval(x|_0 \comm{A}{B} \acomm{A}{B}", "x2|10(x|0[A,B]{A,B}"),
    (r"\int f\dd x \dd[3]{x} \grad f \curl F \divergence F \laplacian f",
     "∫fdxd3x∇f∇×F∇⋅F∇2f"),
    (r"\va{a}\vdot\vu{b}\cross c \tr(A) \rank B \qq{if} x \qand y", "→a⋅^b×ctr(A)rankBifxandy"),
    (r"\bra{a} \ket{b} \bra{a}\ket{b} \braket{a}{b} \braket{a|b} \ev{A}{\psi} \mel{a}{B}{c}",
     "⟨a|b⟩⟨a|b⟩⟨a|b⟩⟨a|b⟩⟨ψ|A|ψ⟩⟨a|B|c⟩"),
    (r"\mqty(a & b \\ c & d) \mqty[1&(2)\\3&4] \pmqty{a & b}", "(acbd)[13(2)4](ab)"),
    (r"\begin{matrix} a \cr b \end{matrix} \matrix{a & b \cr c & d} \pmatrix{a \cr b}",
     "abacbd(ab)"),
    (r"\cases{a & b \cr c & d} \eqalign{a &= b \cr c &= d}", "{acbda=bc=d"),
    (r"a \newline b", "ab"),
    ("\\begin{array}{c} y_1 \\\\\\\ny_2 \\\\\\ \\hline y_3 \\\\\\\n\\end{array}", "y1y2y3"),
    ("\\begin{align} a &= b \\\\\\\n c &= d \\end{align}", "a=bc=d"),
    (r"\varSigma \varGamma \upalpha \upmu \Upsigma", "ΣΓαμΣ"),
    (r"{\large x} + {\tiny y} \Large a \normalsize b \LARGE{c}", "x+yabc"),
    (r"a\enskip b\hskip 1em c\hskip1em plus 1em d\hskip{1em}e\kern-3pt f\mkern3mu g \hfill h",
     "abcdefgh"),
    (r"\let\aa\alpha \aa \let\ab=\aa \ab \gdef\ac#1{#1^2}\ac x \require{physics}", "ααx2"),
    (r"\DeclarePairedDelimiter{\ceiling}{\lceil}{\rceil} \ceiling{x}", "⌈x⌉"),
    (r"a — b – c ’ “d” ⇨ ➜ ₤ €", "a—b–c’“d”⇨➜₤€"),
    (r"\textbf X {\textit Your} \text s x_\textbf y z \operatorname x \text\%", "XYoursxyzx%"),
    (r"a \atop b", "ab"),
    (r"{n \brack k} {n \brace k} \root 3 \of x", "[nk]{nk}3√x"),
    (r"\prescript{a}{b}{X} \overunderset{a}{b}{X} \cancelto{0}{x}", "XabXabx0"),
    (r"\colorbox{yellow}{x y} \fcolorbox{red}{white}{ok} \fbox{x}", "xyokx"),
    (r"\begin{equation} a=b \tag{7}\label{q} \end{equation} \eqref{q} \ref{q}", "a=b(7)7(7)"),
]

MEANT = [  # what the text cannot tell: grouping, limits, sizes, rules, colours, lettering
    (r"{W^{(2)}}^T \delta", r"attach(attach(W, t: \(2\)), t: T)δ"),
    (r"W^{(2)T}", r"attach(W, t: \(2\)T)"),
    (r"{a b}^2", "attach(a b, t: 2)"),
    (r"ab^2_i", "a/**/attach(b, t: 2, b: i)"),
    (r"x_{i_j}^2", "attach(x, t: 2, b: attach(i, b: j))"),
    (r"f'^2", "attach(f, t: ′2)"),
    (r"{}^T A", 'attach("", t: T)A'),
    (r"\frac{1}{2}^2", "attach(frac(1, 2), t: 2)"),
    (r"\frac12", "frac(1, 2)"),
    (r"x^\frac12", "attach(x, t: frac(1, 2))"),
    (r"x_\mathrm{in}", 'attach(x, b: "in")'),
    (r"\hat{x}_i", "attach(hat(x), b: i)"),
    (r"\hat{x_i}", "hat(attach(x, b: i))"),
    (r"\overline{a b}", "overline(a b)"),
    (r"\sqrt[3]{x+1}", r"root(3, x\+1)"),
    (r"\sqrt2x", "sqrt(2)x"),
    (r"{a \over b} c", "frac(a, b)c"),
    (r"\sum\limits_i x", "attach(limits(∑), b: i)x"),
    (r"\sum\nolimits_i x", "attach(scripts(∑), b: i)x"),
    (r"\operatorname*{arg\,min}_x", 'attach(op("arg min", limits: #true), b: x)'),
    (r"\operatorname{sgn} x", 'op("sgn", limits: #false)x'),
    (r"{\sum}' {=} x", "attach(∑, t: ′)class(\"normal\", \\=)x"),
    (r"\overset{a}{=} b", r"attach(limits(\=), t: a)b"),
    (r"\underbrace{a}_{n}", "attach(limits(underbrace(a)), b: n)"),
    (r"\left( \frac{a}{b} \right)^2", r"attach(lr(\(frac(a, b)\)), t: 2)"),
    (r"\left. x \right|_0", r'attach(lr(""x\|), b: 0)'),
    (r"\left( a \middle| b \right)", r"lr(\(a/**/mid(\|)b\))"),
    (r"\Bigl( x", r'class("opening", lr(size: #180%, \())x'),
    (r"(\frac{a}{b})", r"\(frac(a, b)\)"),
    (r"1{,}000", r'1/**/class("normal", \,)000'),
    (r"a \; b \! c", "a/**/thick b#h(-0.167em)c"),
    (r"\mathrm{in} x", '"in"x'),
    (r"\mathbf{x} \bm{x} \mathbf{ab}", 'bold(upright(x))bold(x)bold("ab")'),
    (r"\mathbb{R} \mathcal{L}", "bb(R)cal(L)"),
    (r"\mathbb{1}", "bb(1)"),
    (r"{\bf x} y", "bold(upright(x))y"),
    (r"\textcolor{red}{x} y", 'colored(#rgb("#ff0000"), x)y'),
    (r"\color{red}{x} y", 'colored(#rgb("#ff0000"), x)y'),
    (r"{\color{blue} x y} z", 'colored(#rgb("#0000ff"), x y)z'),
    (r"\color[RGB]{255,136,0} x", 'colored(#rgb("#ff8800"), x)'),
    (r"\color[rgb]{1,0.5,0} x", 'colored(#rgb("#ff8000"), x)'),
    (r"\color[HTML]{FF8800} x", 'colored(#rgb("#ff8800"), x)'),
    (r"\displaystyle\sum", "display(∑)"),
    (r"a \bmod b", 'a/**/class("binary", "mod")b'),
    (r"\not= \not\in", "≠∉"),
    (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
     r"lr(\(matrix(align: #center, a, b; c, d)\))"),
    (r"\begin{vmatrix} a \end{vmatrix}", r"lr(\|matrix(align: #center, a)\|)"),
    (r"\begin{matrix} a & b \\ c \end{matrix}", 'matrix(align: #center, a, b; c, "")'),
    (r"\begin{cases} a & b \end{cases}", r'lr(\{matrix(align: #left, a, b)"")'),
    (r"\begin{array}{c|r} a & b \\ \hline c & d \end{array}",
     "ruled(#(center, right, ), #(1, ), #(1, ), a, b, c, d)"),
    (r"\begin{array}{|l|} \hline a \\ \hline \end{array}",
     "ruled(#(left, ), #(0, 1, ), #(0, 1, ), a)"),
    (r"\begin{bmatrix}[c|c] a & b \end{bmatrix}",
     r"lr(\[ruled(#(center, center, ), #(1, ), #(), a, b)\])"),
    (r"\begin{align} a &= b \\ &= c \end{align}", r'a & \=b \ "" & \=c'),
    (r"\begin{aligned}[t] a \end{aligned} \begin{array}[c]{c} b \end{array}",
     "aligned(a)matrix(align: #center, b)"),
    (r"\begin{aligned} [a, b] \end{aligned}", r"\[a\,b\]"),
    (r"\begin{align}[t] a \end{align}", r"\[t\]a"),
    (r"\operatorname{a_b}", "op(upright(attach(a, b: b)), limits: #false)"),
    (r"\begin{aligned} a &= b \end{aligned}.", r"a & \=b\."),
    (r"x \begin{aligned} a &= b \end{aligned}", r"x/**/aligned(a & \=b)"),
    (r"\begin{align} a & b & c & d \end{align}", "a & b & #h(2em)c & d"),
    (r"\begin{align} a &= b \tag{1} \\ c &= d \end{align}",
     r'a & \=b & #h(2em)"(1)" \ c & \=d'),
    (r"\begin{eqnarray} a &=& b \end{eqnarray}", r"a & \=b"),
    (r"\begin{gather} a \\[6pt] b \\ [1ex] c \\* d \\ * e \end{gather}", r"a \ b \ c \ d \ ∗e"),
    ("a % a comment\n\n+ b", r"a\+b"),
    (r"a \label{eq:1}", "a"),
    (r"\dv[n]{f}{x}", 'frac(attach("d", t: n)f, "d"attach(x, t: n))'),
    (r"\qty(\frac{a}{b})^2", r"attach(lr(\(frac(a, b)\)), t: 2)"),
    (r"\abs{x}", r"lr(\|x\|)"),
    (r"{\Large x \small y} z", "sized(#1.44, x)sized(#0.85, y)z"),
    (r"\varSigma \upalpha", "italic(Σ)upright(α)"),
    (r"a\hskip.5in b\kern-3mu c", "a#h(0.5in)b#h(-0.1667em)c"),
    (r"准确率_i", 'attach("准确率", b: i)'),
    (r"x_准确", 'attach(x, b: "准")"确"'),
    (r"\genfrac{(}{)}{0pt}{}{n}{k}", r"lr(\(matrix(align: #center, n; k)\))"),
    (r"\genfrac{}{}{}{0}{n}{k}", "display(frac(n, k))"),
    (r"\sideset{_a^b}{_c^d}\sum_{i}", "attach(op(attach(∑, tl: b, bl: a, tr: d, br: c), "
     "limits: #true), b: i)"),
    (r"a \buildrel d \over = b", r'a/**/attach(limits(class("relation", whole(\=))), t: d)b'),
    (r"\rule{1em}{2pt}", "#box(width: 1em, height: 2pt, fill: black)"),
    (r"\centernot\implies", 'class("relation", cancel(⟹))'),
    (r"\text{5 \texteuro\ at 20\textdegree C}", '"5 € at 20°C"'),
    (r"\ce{SO4^2-}", 'attach("SO", t: 2−, b: 4)'),
    (r"\ce{[AgCl2]-}", r'\[attach("AgCl", b: 2)attach(\], t: −)'),
    (r"\ce{1/2 H2}", "inline(frac(1, 2))thin/**/attach(upright(H), b: 2)"),
    (r"\pu{1.2e3 kJ mol-1}", r'1\.2×1/**/attach(0, t: 3)thin"kJ"thin/**/attach("mol", t: −1)'),
]

REFUSED = [  # and why
    (r"\foo{x}", r"\foo is not known here"),
    (r"\argmax_x f", r"\argmax is not known here"),
    (r"\sideset{_1 x}{^2}\sum", r"\sideset with more than scripts is not known here"),
    (r"\ce{H2O & x}", r"\ce with & x is not known here"),
    (r"\pu{1 m & s}", r"\pu{1 m & s} is not known here"),
    (r"\qty{5}{m}", r"\qty with two groups is siunitx's, which JupyterLab does not load"),
    (r"\genfrac{x}{)}{0pt}{}{a}{b}", r"\genfrac with these fences or this style is not known"),
    (r"\rule[2pt]{1em}{1pt}", r"\rule with a height above the line is not known here"),
    (r"\SI{5}{\metre}", r"\SI is not known here"),
    (r"\color{nosuch} x", "the colour nosuch is not known here"),
    (r"\textcolor[RGB]{999,0,0}{x}", "the colour 999,0,0 is not known here"),
    (r"\hspace{1furlong}", "the width 1furlong is not known here"),
    (r"\text{a \foo b}", r"\foo within text is not known here"),
    (r"\begin{foo} x \end{foo}", r"\begin{foo} is not known here"),
    (r"\begin{tabular}{c} x \end{tabular}", r"\begin{tabular} is not known here"),
    (r"\begin{array}{c||c} a & b \end{array}", "an array with the columns c||c is not known"),
    (r"\begin{array}{p{2cm}} a \end{array}", "an array with the columns p{2cm} is not known"),
    (r"\begin{array}{c} a \\ \hline \hline b \end{array}", "a double rule"),
    (r"\begin{array}{c} a \\ \cline{1-1} b \end{array}", r"\cline is not known here"),
    (r"\begin{array}{c} a & b \end{array}", "a row with more cells than the array has columns"),
    (r"\begin{pmatrix} a \tag{1} \end{pmatrix}", r"a \tag within a matrix"),
    (r"\begin{align} a \\ \hline b \end{align}", r"an \hline outside of a matrix"),
    (r"\hline a", r"an \hline outside of a matrix"),
    (r"\sum_{\substack{\hline a}}", r"an \hline outside of a matrix"),
    (r"\sum_{\substack{a \tag{1}}}", r"a \tag within \substack"),
    (r"\begin{gather} a & b \end{gather}", "an & outside of columns"),
    (r"\begin{align} a \end{gather}", r"a \begin{align} with an \end{gather}"),
    (r"\begin{align} a", r"it ends too early"),
    (r"a \tag{1} \tag{2}", r"a \tag that is more than plain text, or a second one"),
    (r"a \tag{$x$}", r"a \tag that is more than plain text"),
    (r"W^{(2)}^T", "two scripts on one symbol"),
    (r"x_1_2", "two scripts on one symbol"),
    (r"x^2'", "a prime after a superscript"),
    (r"x^", "nothing after ^"),
    (r"\frac{a}", r"nothing after \frac"),
    (r"{a", "it ends too early"),
    (r"a}", "a } without its {"),
    (r"a & b", "an & outside of columns"),
    (r"{a & b}", "an & outside of rows"),
    (r"{a \\ b}", r"a \\ outside of rows"),
    (r"\left( a", "it ends too early"),
    (r"a \right)", r"a \right without its \left"),
    (r"\left\uparrow a \right.", r"\left before \uparrow is not known here"),
    (r"a \middle| b", r"\middle without its \left"),
    (r"a \over b \over c", r"\over and \over in one group"),
    (r"\not\perp", r"\not\perp is not known here"),
    (r"x^\rm T", r"\rm needs braces around it"),
    (r"# x", "# is not known here"),
    (r"\def\a#1.{x} \a b.", r"\def\a with arguments that are more than #1#2"),
    (r"\newcommand{\a}{\a} \a", "a macro that never ends"),
    (r"\newcommand{\a}[1]{#2} \a{x}", r"\a uses #2, which it has not declared"),
]

SMUGGLED = [  # typst code within a formula stays what it is: text
    (r'\text{"; #read("/etc/passwd")}', '";#read("/etc/passwd")'),
    (r"\text{#panic()}", "#panic()"),
    (r"\text{\#panic() $x$ \textbf{#x}}", "#panic()x#x"),
    (r'\mathrm{a"b}', 'a"b'),
    (r'\operatorname{a"; #panic()}', None),
    (r'a \tag{"#panic()"}', 'a("#panic()")'),
    (r'\begin{align} a \tag{"#x"} \\ b \tag{2} \end{align}', 'a("#x")b(2)'),
    (r"\color{red); #panic(} x", None),
    (r'\textcolor{#ff0000"); #panic("}{x}', None),
    (r"\hspace{1em); #panic(}", None),
    (r"\#panic()", "#panic()"),
    (r"*/ #panic() /*", None),
    (r"*/ a // b /*", "∗/a//b/∗"),
    (r"\backslash u{41}", "\\u41"),
    (r"a, b; c: d", "a,b;c:d"),
    (r"\frac{a, b: c}{..d}", "a,b:c..d"),
    (r"@a <b> `c", "@a<b>`c"),
    (r"@a <b>", "@a<b>"),
    (r'"a', '"a'),
    (r"[#panic()]", None),
]

FOUND = [  # Markdown and the formulas in it
    ("$x$", ["x"]),
    ("$ x $ and $y $ and $ z$", [" x ", "y ", " z"]),
    ("$$x$$ and $$\ny\n$$", ["x", "\ny\n"]),
    ("- a\n  $$\n  x\n  $$", ["\n  x\n  "]),
    ("> $$\n> x\n> $$", ["\nx\n"]),
    ("> > $$\n> > x\n> >\n> > = y\n> > $$", ["\nx\n\n= y\n"]),
    ("| a | b |\n|--|--|\n| $|x|$ | $P(a|b)$ |", ["|x|", "P(a|b)"]),
    (r"\\(x\\) and \\[y\\]", ["x", "y"]),
    (r"\(x_1\) and \[y = 2\]", ["x_1", "y = 2"]),
    (r"see \[1\] \(and below\)", []),
    ("\\begin{align}\na\n\n&= b\n\\end{align}", ["\\begin{align}\na\n\n&= b\n\\end{align}"]),
    (r"\begin{array}{c} \begin{array}{c} a \end{array} \end{array} $x$",
     [r"\begin{array}{c} \begin{array}{c} a \end{array} \end{array}", "x"]),
    ("# Title $x$", ["x"]),
    ("**$x$** and *$y$*", ["x", "y"]),
    ("[link $x$](https://a.b/$c$)", ["x"]),
    ("<b>$x$</b>", ["x"]),
    ('<a href="$x$">$y$</a>', ["y"]),
    ("if a <b and $x$ > 3", ["x"]),
    (r"\$5 and \$6", []),
    ("from $5 to $10", []),
    ("$5 and $x$ or $10 to $y$", ["x", "y"]),
    ("5$ and 6$ each", []),
    ("`$x$` and ``$y` $z$``", []),
    ("```\n$x$\n```\n$y$", ["y"]),
    ("- ~~~\n  $x$\n  ~~~\n\n$y$", ["y"]),
    ("```\n$x$ $y$", []),
    ("text\n\n    $x$\n\n$y$", ["y"]),
    ("- item\n\n    $x$", ["x"]),
    ("<!-- $x$ --> $y$", ["y"]),
    ("https://a.b/?q=$x$ and $y$", ["y"]),
    ("unclosed $x and\n\nmore $y$", ["y"]),
    ("unclosed $$ x\n\nwords between\n\n$$ y $$", [" y "]),
    ("unclosed \\begin{align} x\n\n$y$", ["y"]),
    ("$$\na\n\n= b % c\n$$", ["\na\n\n= b % c\n"]),
    ("$$\r\nx\r\n$$", ["\r\nx\r\n"]),
    ("$a_1$ and $b_1$ and $c*d$ and $e*f$", ["a_1", "b_1", "c*d", "e*f"]),
    (r"$\text{if $x > 0$}$ and $y$", [r"\text{if $x > 0$}", "y"]),
    (r"$\{a$ and $b\}$", [r"\{a", r"b\}"]),
    (r"$a\$b$", [r"a\$b"]),
    ("$$ $$", []),
    ("$$\na = b\n\n- c\n$$\n\nNext $$ l = 1 $$ and $k$ end.",
     ["\na = b\n\n- c\n", " l = 1 ", "k"]),
    ("$$\na\n\n+ b\n$$ then $x$", ["\na\n\n+ b\n", "x"]),
    ("$$\n\n1\n\n$$ then $x$", ["\n\n1\n\n", "x"]),
    ("$$\na\n\nb\n\nc\n$$", ["\na\n\nb\n\nc\n"]),
    ("unclosed $$ x\n\n- words of a list\n\n$$ y $$", [" y "]),
    ("unclosed $$ x\n\nWord\n\n$$ y $$", [" y "]),
    ("see \\eqref{a} `\\ref{b}`", ["\\eqref{a}"]),
]

WIDE = "+".join(f"x_{{{number}}}" for number in range(80))

HOSTILE = {
    "groups": "{" * 10_000, "closed": "{" * 9_000 + "}" * 9_000, "accents": r"\hat" * 15_000,
    "scripts": "x_{" * 6_000, "texts": r"\text{" * 3_000, "fences": r"\left(" * 9_000,
    "fractions": r"a \over " * 4_000, "switches": r"\bf" * 15_000, "long": "x+" * 50_000,
    "marks": "a" + "\u0302" * 100_000, "rows": r"\\[" * 6_000, "not": r"\not" * 15_000,
    "words": r"\mathrm{a " * 6_000, "comments": "%" * 100_000, "slashes": "\\" * 100_001,
    "chemistry": r"\ce{" + "H2O^+ " * 9_000, "units": r"\pu{" + "m" * 90_000 + "&}",
    "doubling": "".join(rf"\def\{a}{{\{b}\{b}}}" for a, b in zip("abcdefghijklmnopq",
                                                              "bcdefghijklmnopqr")) + r"\a",
    "arguments": r"\newcommand{\a}[1]{" + "#1" * 5_000 + r"}\a{" + "x" * 5_000 + "}",
    "growing": r"\newcommand{\a}[1]{\a{#1#1}}\a{x}",
}

LARGE = {name: pattern * (200_000 // len(pattern)) for name, pattern in {
    "dollars": "$", "spaced": "$ ", "displays": "$$ ", "ticks": "`", "unequal": "` `` ",
    "slashes": "\\", "brackets": r"\[", "begins": r"\begin{align}", "braces": "${$",
    "tags": "<a ", "comments": "<!--", "fences": "```\n", "quotes": "> $$\n",
    "prose": "$$ a\n\nb\n"}.items()}


def normalize(text):
    """Return text without white space, accents as signs of their own."""
    text = unicodedata.normalize("NFKD", text).translate(ACCENTS)
    return "".join(text.split())


def set_formulas(formulas):
    """Return (the text of each displayed formula in the PDF, the warnings)."""
    body, place = Body(), Place("task.ipynb", 3)
    body.add([Fragment("markdown", f"$$\n{tex}\n$$", place) for tex in formulas])
    font = '\n#show math.equation: set text(font: "New Computer Modern Math")\n'
    pages = "\n#pagebreak()\n".join(body.fill_in([attempt]) for attempt in body.attempts)
    pdf = typst.compile((TEMPLATE.read_text(encoding="utf-8") + font + pages).encode())
    texts = [normalize(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert len(texts) == len(formulas)
    return dict(zip(formulas, texts)), list(map(str, body.problems))


def read_report(markdown, kind="markdown"):
    """Return (the text of a report on one cell, its warnings)."""
    body = Body()
    body.add([Fragment(kind, markdown, Place("here"))])
    pdf = set_pages(body, {"title": '"T"'})
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = normalize(" ".join(page.extract_text() for page in reader.pages))
    return text, list(map(str, body.problems))


def wait_for(function):
    """Return what a function returns; TimeoutError if it seems to run for ever."""
    with ThreadPoolExecutor() as pool:
        return pool.submit(function).result(timeout=60)


def convert(tex, *before):
    """Return the typst of a formula; those before it may define macros."""
    macros = Macros()
    for formula in before:
        convert_formula(formula, macros)
    return convert_formula(tex, macros)[0]


@pytest.fixture(scope="module")
def shown():
    """The text of every formula of SET in one PDF, and the warnings."""
    return set_formulas([tex for tex, _ in SET])


@pytest.fixture(scope="module")
def refused():
    """The text of every formula of REFUSED in one PDF, and the warnings."""
    return set_formulas([tex for tex, _ in REFUSED])


@pytest.fixture(scope="module")
def smuggled():
    """The text of every formula of SMUGGLED in one PDF, and the warnings."""
    return set_formulas([tex for tex, _ in SMUGGLED])


# Set --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("tex, text", SET)
def test_the_pdf_says_what_the_formula_says(shown, tex, text):
    assert shown[0][tex] == text


def test_no_formula_of_the_list_has_a_warning(shown):
    assert shown[1] == []


def test_every_symbol_of_the_tables_is_found_again_in_the_pdf():
    symbols = {f"a {name} b": sign for name, sign in tex_commands.SYMBOLS.items()
               if name not in (r"\imath", r"\jmath")}      # their letters are slanted
    shown, warnings = set_formulas(symbols)
    assert warnings == []
    assert [tex for tex, sign in symbols.items() if normalize(sign) not in shown[tex]] == []


def test_formulas_within_lines_are_set_too():
    formulas = [tex for tex, _ in SET if r"\tag" not in tex]
    assert read_report("\n\n".join(f"a ${tex}$ b" for tex in formulas))[1] == []


@pytest.mark.parametrize("tex, expected", MEANT)
def test_the_typst_means_what_the_formula_means(tex, expected):
    assert convert(tex) == expected


def test_what_is_meant_is_set():
    assert read_report("\n\n".join(f"$$\n{tex}\n$$" for tex, _ in MEANT))[1] == []


def test_a_tag_stands_beside_its_formula_or_below_a_wide_one():
    assert "a=b(1)" in read_report(r"$$a = b \tag{1}$$")[0]
    assert "+x79(2)" in read_report(rf"$${WIDE} \tag{{2}}$$")[0]


@pytest.mark.parametrize("tex", [
    WIDE, r"a \hspace{40cm} b", rf"x = \left( {WIDE} \right)",
    r"\begin{matrix} %s \end{matrix}" % "&".join(["ab"] * 60),
    rf"\begin{{align}} a &= {WIDE} \\ b &= c \tag{{1}} \end{{align}}", rf"\foo {WIDE}"])
def test_nothing_runs_off_the_paper(tex):
    body, ends = Body(), []
    body.add([Fragment("markdown", f"$$\n{tex}\n$$", Place("here"))])
    pdf = set_pages(body, {"title": '"T"'})
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    page.extract_text(visitor_text=lambda text, outer, inner, *_: ends.append(
        inner[4] * outer[0] + inner[5] * outer[2] + outer[4]))
    assert 0 <= min(ends) and max(ends) < page.mediabox.width


def test_a_formula_on_a_colour_has_the_letters_of_a_formula():
    text = export(markdown(r"$\colorbox{yellow}{if $x$}$ $\fbox{a $z$}$"))[1]
    assert "if" in text and "\U0001d465" in text and "\U0001d467" in text


def test_a_tag_within_a_line_is_not_lost():
    text, warnings = read_report(r"Here $a = b \tag{1}$ it is.")
    assert "Herea=b(1)itis." in text and warnings == []


@pytest.mark.parametrize("text, shown_text", [
    (r"By \eqref{a} and \ref{a}, and $\eqref{a}$.", "By(1)and1,and(1)."),
    (r"\eqref{b}: **\ref{b}**", "(A):A"), (r"`\ref{a}` stays", r"\ref{a}stays")])
def test_a_reference_shows_the_tag_of_a_formula_before_or_after_it(text, shown_text):
    tagged = r"$$x \tag{1}\label{a}$$ \begin{align} y \\ z \tag*{A}\label{b} \end{align}"
    for whole in (f"{text}\n\n{tagged}", f"{tagged}\n\n{text}"):
        found, warnings = read_report(whole)
        assert shown_text in found and warnings == []


@pytest.mark.parametrize("text", [r"see \ref{fig:x}", r"see \eqref{c}", r"see $\ref{c}$"])
def test_a_reference_to_no_tag_is_printed_as_tex(text):
    found, warning = read_report(text + r" $$x \label{c}$$")
    assert r"ref{" in found and "and a \\tag" in warning[0] and len(warning) == 1


def test_a_warning_is_one_line():
    warning, = read_report("$$\na \\foo\n\n+ b\n$$")[1]
    assert "\n" not in warning and r"\foo is not known here" in warning


@pytest.mark.parametrize("tex, package", [("准确率 = 损失（训练）", "fonts-droid-fallback"),
                                          ("שלום", "a font with Hebrew")])
def test_words_of_other_scripts_are_set(tex, package):
    need_font(tex, package)
    assert read_report(f"$${tex}$$")[1] == []


def test_an_unescaped_percent_sign_hides_nothing():
    with pytest.raises(CannotSet, match="unescaped %"):
        convert_formula("50 % of x", Macros(), display=False)


# Macros -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("definition, use, same", [
    (r"\newcommand{\vect}[1]{\mathbf{#1}}", r"\vect{x}_i \vect y", r"\mathbf{x}_i \mathbf y"),
    (r"\newcommand\R{\mathbb R}", r"\R^n", r"\mathbb{R}^n"),
    (r"\newcommand{\pd}[2][f]{\frac{\partial #1}{\partial #2}}", r"\pd{x} \pd[g]{y}",
     r"\frac{\partial f}{\partial x} \frac{\partial g}{\partial y}"),
    (r"\renewcommand{\vec}[1]{\mathbf{#1}}", r"\vec{x}", r"\mathbf{x}"),
    (r"\providecommand{\a}{x} \providecommand{\a}{y}", r"\a", "x"),
    (r"\def\a#1#2{#2_#1}", r"\a{i}{x}", "x_i"),
    (r"\DeclareMathOperator{\relu}{ReLU}", r"\relu x", r"\operatorname{ReLU} x"),
    (r"\DeclareMathOperator*{\argmin}{arg\,min}", r"\argmin_x", r"\operatorname*{arg\,min}_x"),
    (r"\newcommand{\a}{\b} \newcommand{\b}{x}", r"\a", "x"),
    (r"\newcommand{\norm}[1]{\left\| #1 \right\|}", r"\norm{x}_2", r"\left\| x \right\|_2"),
])
def test_a_macro_of_an_earlier_cell_is_known(definition, use, same):
    assert convert(use, definition) == convert(same)


def test_a_formula_of_definitions_shows_nothing():
    text, warnings = read_report(r"before $\newcommand{\R}{\mathbb{R}}$ after $x \in \R$")
    assert text.startswith("Tbeforeafterx∈R") and warnings == []


# Refused ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("tex, reason", REFUSED)
def test_what_is_not_known_is_printed_as_tex(refused, tex, reason):
    with pytest.raises(CannotSet) as refusal:
        convert_formula(tex, Macros())
    assert reason in str(refusal.value)
    need_font(tex, "fonts-droid-fallback")
    assert refused[0][tex] == normalize(tex)


def test_every_refusal_has_a_warning_with_notebook_cell_formula_and_reason(refused):
    for warning, (tex, reason) in zip(refused[1], REFUSED):
        assert warning.startswith("task.ipynb, cell 3: the formula ") and reason in warning
        assert tex in warning
    assert len(refused[1]) == len(REFUSED)


def test_what_typst_refuses_is_printed_as_tex(monkeypatch):
    monkeypatch.setattr(kit_formulas, "convert_formula", lambda *_: ("no-such-name", ""))
    text, warnings = read_report("before $x^2$ after")
    assert "beforex^2after" in text and "typst refused it" in warnings[0]


def test_the_command_line_prints_the_warning_and_exits_with_1(tmp_path, capsys):
    cells = [nbformat.v4.new_markdown_cell(r"# Here $\foo{x}$ and $a^2$")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "task1.ipynb")
    output = tmp_path / "report.pdf"
    assert report.main([str(tmp_path / "task1.ipynb"), "-o", str(output)]) == 1
    assert r"\foo{x}" in pypdf.PdfReader(output).pages[0].extract_text()
    assert r"task1.ipynb, cell 1: the formula \foo{x} cannot be drawn" in capsys.readouterr().err


# Hostile ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("tex, text", SMUGGLED)
def test_typst_within_a_formula_is_text(smuggled, tex, text):
    assert smuggled[0][tex] == normalize(tex if text is None else text)


def test_smuggled_typst_that_is_no_tex_is_refused(smuggled):
    assert len(smuggled[1]) == sum(text is None for _, text in SMUGGLED)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_formula_is_set_or_refused(name):
    try:
        set_as, _ = wait_for(lambda: convert_formula(HOSTILE[name], Macros()))
    except CannotSet as refusal:
        assert str(refusal)
    else:
        assert bool(set_as) == (name != "comments")


@pytest.mark.parametrize("name", LARGE)
def test_a_large_cell_of_marks_is_searched_to_its_end(name):
    for find in (formula_finder.find_in_markdown, formula_finder.find_in_html):
        found = wait_for(lambda find=find: list(find(LARGE[name])))
        assert all(0 <= formula.start < formula.end <= len(LARGE[name]) for formula in found)


# Found ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("markdown, formulas", FOUND)
def test_formulas_are_found_as_jupyter_finds_them(markdown, formulas):
    assert [formula.tex for formula in formula_finder.find_in_markdown(markdown)] == formulas


@pytest.mark.parametrize("html, formulas", [
    ("<td>$x$</td><td>$a &lt; b$</td>", ["x", "a < b"]), ("<td>$5</td><td>$6</td>", []),
    ('<td title="$x$">$y$</td>', ["y"]), ("<pre>$x$</pre><code>$y$</code> $z$", ["z"])])
def test_formulas_are_found_in_html(html, formulas):
    assert [formula.tex for formula in formula_finder.find_in_html(html)] == formulas


@pytest.mark.parametrize("markdown, text", [
    ("| a | b |\n|--|--|\n| $|x|$ | $P(a|b)$ |", "ab|x|P(a|b)"),
    ("- item $$\n  x^2\n  $$ end", "•itemx2end"),
    ("> quote\n> $$\n> x\n> = y\n> $$\n> end", "quotex=yend"),
    ("# Title $x^2$\n\n**bold $y$** $a_1$ and $b_1$ *c*", "Titlex2boldya1andb1c"),
    ("[link $x$](https://a.b) <b>$y$</b>", "linkxy"),
    ("<table><tr><td>$x_1$</td></tr></table>", "x1"),
    ("unclosed $x and\n\nmore $$ y", "unclosed$xandmore$$y"),
    ("`code`$x$`more` $a$$b$ $$c$$$$d$$ ``e``$f$", "codexmoreabcdef"),
    ("`$x$` and $5 to $10 and\n\n    $y$", "$x$and$5to$10and$y$")])
def test_markdown_around_formulas_keeps_its_text(markdown, text):
    shown, warnings = read_report(markdown)
    assert shown[1:-3] == text and warnings == []  # without the title and the page number


def test_dollars_in_code_have_no_warnings():
    text, warnings = read_report("- a\n\n      echo $\\foo$\n\n```\n$\\bar{$\n```")
    assert r"echo$\foo$" in text and warnings == []
