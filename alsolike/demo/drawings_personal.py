"""Pictures for fashion, bath, toys and pets."""

from alsolike.demo.ink import Ink, bone, box, disc, filled, line, oval, shine


def draw_scarf(ink: Ink) -> str:
    """Draw a knotted scarf with fringes."""
    fringe = "".join(line(f"M{x} 300V326", ink.dark, 5) for x in range(134, 186, 10)) + "".join(
        line(f"M{x} 278V304", ink.dark, 5) for x in range(222, 272, 10)
    )
    bands = (
        line("M130 262H188M130 278H188M218 242H276M218 258H276", ink.accent, 7),
        line("M158 204V296M246 196V276", ink.accent, 8),
        "",
    )[ink.pick(0, 3)]
    return (
        ink.shadow(96)
        + fringe
        + ink.body("M206 166L268 168L280 280H214Z")
        + ink.body("M146 168L206 172L190 302H126Z")
        + bands
        + ink.body("M92 128Q96 76 200 76T308 128Q306 190 200 190T92 128Z")
        + oval(200, 116, 78, 25, ink.dark)
        + line("M108 148Q150 182 226 178M100 132Q126 166 180 172", ink.dark, 4, 'opacity=".6"')
        + ink.body("M158 150Q200 134 240 156Q250 196 214 204Q164 204 158 150Z")
    )


def draw_tote(ink: Ink) -> str:
    """Draw a tote bag with something in it."""
    content = (
        oval(168, 134, 9, 34, ink.leaf, 'transform="rotate(-20 168 134)"')
        + oval(190, 126, 9, 38, "#87b077")
        + line("M232 170L250 96", "#d9a25f", 24),
        "",
        disc(172, 148, 22, "#d9694a") + disc(222, 150, 20, "#e2b13c"),
    )[ink.pick(0, 3)]
    emblem = (
        disc(200, 246, 36, ink.cream)
        + filled(
            "M200 270Q172 248 186 228Q198 226 200 238Q202 226 214 228Q228 248 200 270Z", ink.accent
        ),
        filled("M110 260H290L294 290H106Z", ink.accent),
        box(172, 224, 56, 44, 6, ink.cream),
    )[ink.pick(1, 3)]
    return (
        ink.shadow(100)
        + line("M154 170Q154 78 200 78T246 170", ink.dark, 11)
        + content
        + ink.body("M112 160H288L300 316Q300 328 288 328H112Q100 328 100 316Z")
        + emblem
        + filled("M112 160H288L289 176H111Z", ink.dark)
    )


def draw_sunglasses(ink: Ink) -> str:
    """Draw sunglasses with tinted lenses."""
    lens, inner = (
        ("M68 176H180V222Q180 276 124 276T68 222Z", "M82 190H166V222Q166 262 124 262T82 222Z"),
        (
            "M58 224A62 62 0 1 1 182 224A62 62 0 1 1 58 224Z",
            "M73 224A47 47 0 1 1 167 224A47 47 0 1 1 73 224Z",
        ),
        (
            "M54 170Q120 156 184 184Q184 276 128 276Q70 272 54 170Z",
            "M74 186Q124 176 168 196Q166 260 128 260Q86 258 74 186Z",
        ),
    )[ink.choose(0, ("square", "round", "polarised"))]
    half = (
        ink.body(lens)
        + filled(inner, "#3b4350")
        + shine("M98 240L134 196", 9, 0.35)
        + shine("M122 250L146 222", 5, 0.25)
    )
    return (
        ink.shadow(136, 316)
        + line("M64 190Q66 132 112 118M336 190Q334 132 288 118", ink.dark, 11)
        + half
        + f'<g transform="matrix(-1 0 0 1 400 0)">{half}</g>'
        + line("M180 208Q200 188 220 208", ink.dark, 12)
    )


def draw_soap(ink: Ink) -> str:
    """Draw a bar of soap with bubbles."""
    bubbles = "".join(
        disc(x, y, r, "#ffffff", 'opacity=".65"') + disc(x - r / 3, y - r / 3, r / 4, "#ffffff")
        for x, y, r in (
            (112, 150, 24),
            (286, 130, 18),
            (244, 88, 30),
            (170, 96, 15),
            (318, 184, 12),
        )[ink.pick(0, 2) :]
    )
    emblem = (
        filled(
            "M200 252Q166 228 184 196Q200 208 200 252Q234 228 216 196Q200 208 200 252Z", ink.dark
        ),
        oval(200, 222, 46, 24, "none", f'stroke="{ink.dark}" stroke-width="6"'),
        "".join(
            oval(200, 202, 8, 18, ink.dark, f'transform="rotate({a} 200 222)"')
            for a in range(0, 360, 72)
        ),
    )[ink.pick(1, 3)]
    return (
        ink.shadow(128)
        + bubbles
        + filled("M84 284H316L294 326H106Z", ink.wood)
        + line("M120 304H280", "#9a7347", 5)
        + filled("M92 216V252Q92 288 136 288H264Q308 288 308 252V216Z", ink.dark)
        + ink.body("M92 214Q92 170 136 170H264Q308 170 308 214Q308 264 264 264H136Q92 264 92 214Z")
        + emblem
        + shine("M114 206Q118 188 138 186", 7)
    )


def draw_towel(ink: Ink) -> str:
    """Draw folded or hanging towels."""
    if ink.pick(0, 2):
        return (
            ink.shadow(122)
            + "".join(
                ink.body(f"M104 {y}h178q30 0 30 28t-30 28h-178q-16 0 -16 -28t16 -28Z")
                + line(f"M118 {y + 28}H296", ink.dark, 4, 'opacity=".55"')
                for y in (270, 212)
            )
            + filled("M108 154H276Q306 154 306 183T276 212H108Q92 212 92 183T108 154Z", ink.cream)
            + line("M122 183H290", "#d9d2c0", 4)
            + line("M150 154V212M162 154V212", ink.accent, 6)
            + oval(206, 145, 32, 12, ink.wood)
            + oval(206, 128, 24, 10, ink.steel)
        )
    return (
        line("M76 108H324", ink.wood, 15)
        + disc(76, 108, 13, ink.wood)
        + disc(324, 108, 13, ink.wood)
        + filled("M128 104H262V250H128Z", ink.dark)
        + ink.body("M140 96H286V316H140Z")
        + line("M140 270H286M140 284H286", ink.accent, 7)
        + "".join(line(f"M{x} 318V332", ink.dark, 4) for x in range(146, 286, 12))
        + shine("M156 122V250", 7, 0.35)
    )


def draw_hairbrush(ink: Ink) -> str:
    """Draw a hairbrush."""
    pins = "".join(
        disc(x, y, 4.5, ink.dark_line)
        for y in range(98, 206, 21)
        for x in range(166 + (y // 21 % 2) * 11, 236, 22)
    )
    head = (
        "M140 152Q140 62 200 62T260 152Q260 216 218 230H182Q140 216 140 152Z",
        "M146 74Q200 54 254 74Q266 150 244 214L216 232H184L156 214Q134 150 146 74Z",
    )[ink.pick(0, 2)]
    return (
        f'<g transform="rotate({24 + ink.pick(1, 16)} 200 200)">'
        + filled(head, "#2b2a33", 'opacity=".13" transform="translate(8 8)"')
        + ink.body("M184 224H216Q212 262 222 316Q222 348 200 348T178 316Q188 262 184 224Z")
        + ink.body(head)
        + oval(200, 150, 46, 72, ink.cream)
        + pins
        + disc(200, 328, 6, ink.cream)
        + shine("M192 250V300", 5)
        + "</g>"
    )


def draw_blocks(ink: Ink) -> str:
    """Draw a tower of building blocks."""
    top = (
        filled("M200 70L250 144H150Z", ink.accent),
        filled("M150 144Q150 84 200 84T250 144H226Q226 112 200 112T174 144Z", ink.accent),
        disc(200, 112, 32, ink.accent),
    )[ink.pick(0, 3)]
    return (
        ink.shadow(128)
        + ink.body("M88 248H172V326H88Z")
        + box(178, 248, 58, 78, 4, "#e2b13c")
        + box(242, 248, 72, 78, 4, ink.dark)
        + disc(278, 287, 20, ink.cream)
        + box(106, 196, 190, 48, 4, ink.wood)
        + filled("M166 244Q166 216 200 216T234 244Z", "#9a7347")
        + ink.body("M134 148H196V192H134Z")
        + box(202, 148, 66, 44, 4, "#5b9aa0")
        + top
        + shine("M98 260V312", 5)
    )


def draw_puzzle(ink: Ink) -> str:
    """Draw jigsaw pieces."""
    piece = "M0 0H34Q26 -26 48 -26T62 0H96V34Q122 26 122 48T96 62V96H0V62Q26 70 26 48T0 34Z"
    return (
        ink.shadow(110)
        + ink.body(piece, 'transform="translate(84 124)"')
        + filled(piece, ink.accent, 'transform="translate(182 124)"')
        + filled(piece, ink.dark, 'transform="translate(84 222)"')
        + filled(
            piece,
            ink.light,
            f'transform="translate({200 + ink.pick(0, 12)} 240) '
            f'rotate({8 + ink.pick(1, 16)} 48 48)"',
        )
        + line("M86 316H178", "#2b2a33", 4, 'opacity=".15"')
        + disc(226, 168, 14, ink.cream, 'opacity=".8"')
        + filled("M104 300L128 262L146 284L156 272L172 300Z", ink.cream, 'opacity=".7"')
    )


def draw_plush(ink: Ink) -> str:
    """Draw a plush bear, rabbit or cat."""
    ears = (
        disc(142, 96, 28, ink.dark)
        + disc(142, 96, 15, ink.light)
        + disc(258, 96, 28, ink.dark)
        + disc(258, 96, 15, ink.light),
        "".join(
            oval(x, 74, 20, 52, ink.dark, f'transform="rotate({a} {x} 110)"')
            + oval(x, 76, 10, 36, "#f0c4c0", f'transform="rotate({a} {x} 110)"')
            for x, a in ((166, -10), (234, 12))
        ),
        filled("M130 132L132 62L186 96Z", ink.dark) + filled("M270 132L268 62L214 96Z", ink.dark),
    )[ink.choose(0, ("bear", "rabbit", "cat"))]
    return (
        ink.shadow(98)
        + oval(128, 252, 22, 44, ink.dark, 'transform="rotate(30 128 252)"')
        + oval(272, 252, 22, 44, ink.dark, 'transform="rotate(-30 272 252)"')
        + ink.body("M130 270Q130 200 200 200T270 270Q270 328 200 328T130 270Z")
        + oval(200, 272, 40, 42, ink.cream, 'opacity=".85"')
        + oval(148, 318, 32, 20, ink.dark)
        + oval(252, 318, 32, 20, ink.dark)
        + ears
        + disc(200, 146, 70, ink.base)
        + oval(200, 172, 32, 25, ink.cream)
        + disc(174, 138, 10, ink.cream)
        + disc(226, 138, 10, ink.cream)
        + disc(174, 138, 7, "#2d2c33")
        + disc(226, 138, 7, "#2d2c33")
        + oval(200, 161, 10, 7, "#2d2c33")
        + line("M200 168V176Q190 186 182 180M200 176Q210 186 218 180", "#2d2c33", 4)
        + filled("M200 214L166 200V230ZM200 214L234 200V230Z", ink.accent)
    )


def draw_dogbed(ink: Ink) -> str:
    """Draw a dog bed, sometimes with a bone or its owner asleep."""
    content = (
        bone(200, 232, -12, 1.05, ink.cream),
        oval(206, 222, 78, 40, "#a8744a")
        + disc(144, 218, 34, "#b98558")
        + oval(124, 206, 12, 26, "#7c5232", 'transform="rotate(25 124 206)"')
        + oval(168, 202, 12, 24, "#7c5232", 'transform="rotate(-30 168 202)"')
        + oval(138, 236, 10, 7, "#33251d")
        + line("M126 220Q132 226 138 220M150 220Q156 226 162 220", "#33251d", 4)
        + line("M276 216Q302 196 296 176", "#a8744a", 13),
        disc(222, 226, 24, "#d9694a")
        + line("M204 212Q222 226 206 242M240 212Q224 226 238 244", ink.cream, 4),
    )[ink.pick(0, 3)]
    return (
        ink.shadow(142)
        + ink.body("M58 236Q58 166 200 166T342 236Q342 326 200 326T58 236Z")
        + oval(200, 230, 112, 48, ink.dark)
        + oval(200, 238, 104, 42, ink.light)
        + content
        + ink.body("M58 240Q76 286 200 286T342 240Q346 326 200 326T58 240Z")
        + line("M74 268Q120 302 200 302T326 268", ink.dark, 3, 'stroke-dasharray="9 9"')
    )


def draw_lead(ink: Ink) -> str:
    """Draw a coiled dog lead with its hook."""
    coil = (
        "M128 112Q86 196 150 238T288 244Q312 180 232 166T134 214Q112 284 196 306T300 300",
        "M134 114Q100 214 200 226T300 190Q290 130 216 148T136 238Q140 310 224 304L292 302",
    )[ink.pick(0, 2)]
    return (
        ink.shadow(114)
        + line(coil, "#2b2a33", 20, 'opacity=".12" transform="translate(5 8)"')
        + line(coil, ink.dark, 21)
        + line(coil, ink.base, 15)
        + line(coil, ink.light, 4, 'stroke-dasharray="3 12"')
        + disc(140, 92, 37, "none", f'stroke="{ink.dark}" stroke-width="19"')
        + disc(140, 92, 37, "none", f'stroke="{ink.base}" stroke-width="13"')
        + box(124, 118, 26, 32, 5, ink.wood)
        + box(290, 288, 22, 26, 5, ink.steel_dark)
        + line("M312 300Q352 284 350 312T316 316", "#d9b25a", 9)
    )


def draw_treats(ink: Ink) -> str:
    """Draw a bag of dog treats with a bone on it."""
    loose = "".join(
        bone(x, y, turn, 0.62, "#c98d55")
        for x, y, turn in (
            (104, 314, 15 + ink.pick(0, 30)),
            (300, 312, -20),
            (264, 330, ink.pick(1, 20)),
        )
    )
    emblem = (
        bone(200, 226, -24, 0.95, ink.wood),
        oval(200, 240, 22, 18, ink.wood)
        + "".join(
            oval(x, y, 8, 11, ink.wood) for x, y in ((172, 220), (190, 206), (211, 206), (229, 220))
        ),
    )[ink.pick(2, 2)]
    return (
        ink.shadow(108)
        + ink.body(
            "M124 96H276Q264 200 284 310Q284 326 268 326H132Q116 326 116 310Q136 200 124 96Z"
        )
        + filled("M120 72H280L276 108H124Z", ink.dark)
        + line("M134 122H266", ink.light, 4, 'stroke-dasharray="8 7"')
        + disc(200, 226, 55, ink.cream)
        + emblem
        + disc(200, 86, 8, "#ffffff", 'opacity=".6"')
        + loose
    )
