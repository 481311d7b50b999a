"""Pictures for the outdoors, sport, the office and audio."""

from alsolike.demo.ink import Ink, box, disc, filled, line, oval, shine


def draw_tent(ink: Ink) -> str:
    """Draw a tent, open, with a pine or the moon."""
    scenery = (
        filled("M318 150L346 210H332L356 256H334V320H302V256H280L304 210H290Z", ink.leaf),
        disc(312, 92, 26, "#f7e7a8"),
        filled("M84 168L108 222H96L118 262H98V320H70V262H50L72 222H60Z", ink.leaf),
    )[ink.pick(0, 3)]
    return (
        scenery
        + ink.shadow(136)
        + line("M200 96L188 78M200 96L212 78", ink.dark, 7)
        + ink.body("M200 96L326 322H74Z")
        + filled("M200 96L244 322H156Z", ink.dark)
        + filled("M200 150L226 322H174Z", "#3d3b40")
        + filled("M200 150L152 322H174Z", ink.light)
        + line("M74 322L44 330M326 322L356 330", ink.wood, 5)
        + line("M138 206L48 324M262 206L352 324", ink.cream, 3)
    )


def draw_sleepingbag(ink: Ink) -> str:
    """Draw a sleeping bag, unzipped at the top, sometimes beside its rolled mat."""
    seams = "".join(
        line(f"M{124 + 6 * i} {206 + 32 * i}q76 12 {152 - 12 * i} 0", ink.dark, 4) for i in range(4)
    )
    extra = (
        disc(322, 306, 34, ink.dark)
        + disc(322, 306, 22, ink.accent)
        + disc(322, 306, 5, ink.cream),
        "",
    )[ink.pick(0, 2)]
    return (
        f'<g transform="rotate({ink.pick(1, 15) + 4} 200 210)">'
        + extra
        + filled(
            "M120 150Q118 56 206 56T292 150L262 316Q256 352 206 352T152 316Z",
            "#2b2a33",
            'opacity=".13"',
        )
        + ink.body("M112 146Q112 50 200 50T288 146L258 312Q252 346 200 346T142 312Z")
        + filled("M134 142Q134 72 200 72T266 142Q266 170 200 170T134 142Z", ink.dark)
        + filled("M150 112Q150 88 200 88T250 112V136Q250 152 200 152T150 136Z", ink.cream)
        + line("M166 128Q200 140 234 128", "#ddd4c0", 4)
        + seams
        + filled("M282 178L212 166L268 268Z", ink.light)
        + line("M212 166L268 268", ink.cream, 4, 'stroke-dasharray="1 8"')
        + disc(268, 270, 6, ink.steel_dark)
        + "</g>"
    )


def draw_backpack(ink: Ink) -> str:
    """Draw a backpack with pockets."""
    top = (
        filled("M136 128Q140 82 200 82T264 128V160H136Z", ink.dark),
        box(132, 96, 136, 34, 16, ink.dark) + line("M150 113H250", ink.light, 4),
        filled("M128 148Q130 92 200 92T272 148L200 172Z", ink.dark)
        + box(190, 150, 20, 30, 5, ink.wood),
    )[ink.pick(0, 3)]
    return (
        ink.shadow(98)
        + line("M172 96Q172 60 200 60T228 96", ink.dark, 11)
        + box(92, 216, 34, 86, 15, ink.dark)
        + box(274, 216, 34, 86, 15, ink.dark)
        + ink.body(
            "M122 152Q122 112 164 112H236Q278 112 278 152V300Q278 328 250 328H150Q122 328 122 300Z"
        )
        + top
        + box(146, 222, 108, 82, 16, ink.light)
        + line("M150 246H250", ink.dark, 5)
        + line("M218 246V262", ink.accent, 7)
        + shine("M136 176V208", 6)
    )


def draw_mat(ink: Ink) -> str:
    """Draw a yoga mat, half rolled."""
    emblem = (
        "".join(
            oval(190, 262, 7, 22, ink.cream, f'transform="rotate({a} 190 276)"')
            for a in (-60, -30, 0, 30, 60)
        ),
        line("M120 262H268M110 286H280", ink.cream, 4),
        disc(190, 274, 22, ink.cream) + disc(190, 274, 14, ink.dark),
    )[ink.pick(0, 3)]
    return (
        ink.shadow(146)
        + ink.body("M112 196H300L344 326H64Z")
        + emblem
        + filled("M92 170H308V206H92Z", ink.dark)
        + ink.body("M92 128H308Q330 128 330 167T308 206H92Q70 206 70 167T92 128Z")
        + oval(308, 167, 25, 39, ink.light)
        + line(
            "M308 190Q290 190 290 166T310 146Q324 148 324 168T310 180Q302 178 302 168", ink.dark, 5
        )
        + shine("M104 140H262", 6, 0.35)
    )


def draw_bottle(ink: Ink) -> str:
    """Draw a drinking bottle."""
    cap = (
        box(168, 82, 64, 42, 9, ink.dark_line) + line("M174 82Q200 40 226 82", ink.dark_line, 10),
        box(174, 88, 52, 36, 6, ink.steel) + box(188, 62, 24, 28, 8, ink.dark_line),
        box(164, 76, 72, 48, 10, ink.wood) + line("M164 100H236", "#9a7347", 4),
    )[ink.pick(0, 3)]
    body = (
        "M160 122H240Q262 142 262 172V304Q262 328 238 328H162Q138 328 138 304V172Q138 142 160 122Z",
        "M156 122H244L252 306Q252 328 232 328H168Q148 328 148 306Z",
    )[ink.pick(1, 2)]
    return (
        ink.shadow(72)
        + cap
        + ink.body(body)
        + line("M158 128H242", ink.light, 7)
        + filled("M200 202Q230 244 216 262Q200 278 184 262Q170 244 200 202Z", ink.accent)
        + shine("M162 180V296", 8)
    )


def draw_helmet(ink: Ink) -> str:
    """Draw a bike helmet from the side."""
    vents = "".join(
        filled(f"M{x} {y}q26 -34 62 -36q-10 28 -62 36Z", "#3d3b40")
        for x, y in ((112, 208), (176, 170), (204, 220), (246, 186))[: 2 + ink.pick(0, 3)]
    )
    return (
        ink.shadow(110)
        + line("M124 246Q150 322 204 324M254 246Q250 306 204 324", ink.dark_line, 8)
        + box(188, 314, 34, 16, 6, ink.accent)
        + ink.body("M76 246Q66 106 206 100Q326 104 338 214Q340 236 318 240Q210 262 76 246Z")
        + vents
        + filled("M76 246Q210 262 318 240Q342 236 352 250Q226 284 82 262Z", ink.dark)
        + shine("M102 184Q120 140 166 122", 8)
        + disc(96, 230, 7, "#e4573d")
    )


def draw_notebook(ink: Ink) -> str:
    """Draw a notebook with band and ribbon."""
    label = (
        box(164, 140, 76, 44, 5, ink.cream) + line("M176 156H228M176 170H212", ink.steel_dark, 4),
        disc(202, 168, 30, ink.cream)
        + filled("M202 148L208 162L222 168L208 174L202 188L196 174L182 168L196 162Z", ink.accent),
        "",
    )[ink.pick(0, 3)]
    return (
        ink.shadow(98)
        + line("M180 322V352L188 344L196 352V322", ink.accent, 8)
        + filled("M124 86H276Q288 86 288 98V328H124Z", ink.cream)
        + line("M284 110V320", "#d9d2c0", 3)
        + ink.body("M112 78H266Q278 78 278 90V308Q278 320 266 320H112Z")
        + filled("M112 78H136V320H112Q104 320 104 312V86Q104 78 112 78Z", ink.dark)
        + label
        + (
            line("M254 78V320", ink.accent, 9)
            if ink.pick(1, 2)
            else line("M104 270H278", ink.accent, 9)
        )
    )


def draw_pen(ink: Ink) -> str:
    """Draw a fountain pen on a sheet of paper."""
    metal = ("#e2bd62", ink.steel)[ink.pick(1, 2)]
    writing = (
        "M92 316Q112 296 130 314T166 312",
        "M92 312Q114 328 132 310Q116 290 122 314T166 310",
        "M92 306L104 320L116 302L128 320L140 304L152 316L166 310",
    )[ink.pick(0, 3)]
    return (
        filled("M70 128L276 110L312 326L92 342Z", "#2b2a33", 'opacity=".1"')
        + filled("M64 122L270 104L308 320L86 338Z", "#fffdf7")
        + line("M92 160L248 146M98 196L220 186M104 232L190 225", "#d8d2c4", 5)
        + line(writing, ink.accent, 6)
        + '<g transform="translate(168 308) rotate(-48)">'
        + '<rect x="6" y="14" width="220" height="16" rx="8" fill="#2b2a33" opacity=".13"/>'
        + filled("M0 0L48 -17Q62 -10 62 0T48 17Z", metal)
        + line("M2 0H36", ink.dark_line, 2.5)
        + disc(38, 0, 4, ink.dark_line)
        + filled("M54 -18L92 -22V22L54 18Z", ink.dark_line)
        + ink.body("M92 -23H232Q262 -20 262 0T232 23H92Z")
        + filled("M146 -24H158V24H146Z", metal)
        + line("M166 -32H236", metal, 8)
        + shine("M104 -12H138M172 -12H226", 5)
        + "</g>"
    )


def draw_organiser(ink: Ink) -> str:
    """Draw a desk organiser with pens in it."""
    extra = (
        box(224, 150, 56, 96, 8, "#3d4048") + box(230, 158, 44, 76, 4, "#9fc3d8"),
        line("M246 236V150M262 236V136", ink.leaf, 7)
        + oval(246, 142, 13, 20, ink.leaf)
        + oval(264, 128, 13, 20, "#87b077"),
        box(226, 166, 52, 70, 4, ink.cream)
        + line("M236 182H268M236 196H268M236 210H258", ink.steel, 4),
    )[ink.pick(0, 3)]
    return (
        ink.shadow(112)
        + box(130, 96, 16, 120, 3, "#e2b13c")
        + filled("M130 98L138 74L146 98Z", "#f2ddb8")
        + line("M164 210V106", ink.accent, 13)
        + line("M184 210L196 112", ink.dark_line, 9)
        + disc(104, 128, 16, "none", f'stroke="{ink.steel_dark}" stroke-width="8"')
        + line("M110 142L124 214", ink.steel_dark, 8)
        + extra
        + ink.body("M96 196H208V232H304V316Q304 326 294 326H106Q96 326 96 316Z")
        + line("M208 232V326", ink.dark, 4)
        + box(224, 268, 66, 40, 6, ink.dark)
        + disc(257, 288, 6, ink.light)
        + shine("M112 216V306", 6)
    )


def draw_headphones(ink: Ink) -> str:
    """Draw over-ear headphones."""
    cord = line("M118 300Q126 352 200 336T300 348", ink.dark_line, 5) if ink.pick(0, 2) else ""
    return (
        ink.shadow(106)
        + cord
        + line("M104 236Q96 84 200 84T296 236", ink.dark_line, 20)
        + line("M130 144Q146 98 200 98T270 144", ink.base, 14)
        + box(120, 202, 38, 112, 18, ink.dark_line)
        + box(242, 202, 38, 112, 18, ink.dark_line)
        + ink.body("M126 198V318Q78 316 78 258T126 198Z")
        + ink.body("M274 198V318Q322 316 322 258T274 198Z")
        + disc(103, 258, 12 + ink.pick(1, 5), ink.light, 'opacity=".8"')
        + disc(297, 258, 12 + ink.pick(1, 5), ink.light, 'opacity=".8"')
    )


def draw_speaker(ink: Ink) -> str:
    """Draw a loudspeaker."""
    if ink.pick(0, 2):
        front = (
            disc(200, 154, 30, "#3d3f46")
            + disc(200, 154, 12, ink.steel)
            + disc(200, 252, 56, "#3d3f46")
            + disc(200, 252, 42, "#54575f")
            + disc(200, 252, 17, ink.steel)
        )
        return (
            ink.shadow(84)
            + ink.body(
                "M122 92Q122 80 134 80H266Q278 80 278 92V316Q278 328 266 328H134Q122 328 122 316Z"
            )
            + front
            + shine("M186 232Q196 218 214 222", 5)
        )
    return (
        ink.shadow(118)
        + line("M124 166Q124 92 200 92T276 166", ink.wood, 15)
        + ink.body(
            "M106 150H294Q326 150 326 182V296Q326 328 294 328H106Q74 328 74 296V182Q74 150 106 150Z"
        )
        + disc(140, 240, 48, "#3d3f46")
        + disc(140, 240, 18, ink.steel)
        + disc(260, 240, 48, "#3d3f46")
        + disc(260, 240, 18, ink.steel)
        + disc(200, 178, 7, ink.accent)
    )


def draw_turntable(ink: Ink) -> str:
    """Draw a record player from above."""
    return (
        box(58, 112, 292, 224, 18, "#2b2a3322")
        + ink.body(
            "M70 96H330Q346 96 346 112V304Q346 320 330 320H70Q54 320 54 304V112Q54 96 70 96Z"
        )
        + disc(168, 208, 98, ink.dark)
        + disc(168, 208, 92, "#2e2f35")
        + "".join(
            disc(168, 208, r, "none", 'stroke="#4c4e57" stroke-width="2"') for r in (82, 70, 58, 46)
        )
        + disc(168, 208, 32, ink.accent)
        + disc(168, 208, 5, ink.cream)
        + line("M106 170Q118 144 140 134", "#ffffff", 5, 'opacity=".3"')
        + disc(304, 140, 21, ink.steel_dark)
        + line(("M304 140L300 232L246 262", "M304 140V220L226 250")[ink.pick(0, 2)], ink.steel, 9)
        + disc(304, 140, 9, ink.cream)
        + disc(304, 286, 14, ink.steel_dark)
        + (disc(268, 292, 8, ink.cream) if ink.pick(1, 2) else line("M254 290H278", ink.cream, 6))
    )
