"""A German shop for house and garden."""

from tests.shop.languages.shop import LanguageShop

GERMAN = LanguageShop(
    lines="""
Küchenmesser mit Griff aus Olivenholz | Solberg | Küche > Messer | Scharfe Klinge aus Edelstahl, 20 cm lang, schneidet Gemüse und Fleisch mühelos.
Brotmesser mit Wellenschliff | Solberg | Küche > Messer | Schneidet Krusten, ohne das Brot zu zerdrücken.
Taschenmesser rot | Bergfuchs | Freizeit > Wandern | Sieben Werkzeuge in der Hosentasche, mit Korkenzieher und Säge.
Messerblock aus Buche | Solberg | Küche > Zubehör | Bewahrt sechs Klingen sicher auf. Ohne Messer geliefert.
Wasserkocher aus Glas | Kessla | Küche > Elektro | Kocht 1,7 Liter in vier Minuten, schaltet von allein ab.
Kaffeemühle mit Kegelmahlwerk | Kessla | Küche > Elektro | Mahlt Bohnen von fein bis grob in dreißig Stufen.
Espressokocher für den Herd | Moretto | Küche > Kaffee | Sechs Tassen starker Espresso ohne Strom.
Filtertüten Größe 4 | Moretto | Küche > Kaffee | Hundert Stück, ungebleicht.
Teekanne aus Steingut | Hollen | Küche > Tee | Hält Tee lange warm, mit Sieb aus Metall.
Bratpfanne beschichtet 28 cm | Kessla | Küche > Pfannen | Nichts brennt an, auch für Induktion.
Gusseiserne Pfanne | Eisenhart | Küche > Pfannen | Wird mit jedem Steak besser, hält ein Leben lang.
Schneidebrett aus Bambus | Hollen | Küche > Zubehör | Schont Klingen und lässt sich leicht abwaschen.
Salatschüssel groß | Hollen | Küche > Geschirr | Für die ganze Familie, aus Porzellan, spülmaschinenfest.
Suppenteller tief | Hollen | Küche > Geschirr | Vier weiße Teller aus Porzellan.
Weingläser Set | Klarion | Küche > Gläser | Sechs dünnwandige Gläser für Rotwein.
Trinkflasche aus Edelstahl | Bergfuchs | Freizeit > Wandern | Hält Getränke zwölf Stunden heiß und einen Tag kalt.
Rucksack für Tagestouren | Bergfuchs | Freizeit > Wandern | Zwanzig Liter, mit Regenhülle und gepolsterten Trägern.
Wanderstöcke faltbar | Bergfuchs | Freizeit > Wandern | Leichte Stöcke aus Karbon mit Korkgriff.
Schlafsack für den Winter | Bergfuchs | Freizeit > Camping | Daunen halten bis minus zehn Grad warm.
Zelt für zwei Personen | Bergfuchs | Freizeit > Camping | In fünf Minuten aufgebaut und wasserdicht.
Stirnlampe mit Akku | Lumo | Freizeit > Camping | Leuchtet achtzig Meter weit, über USB zu laden.
Fahrradhelm für Kinder | Radix | Sport > Fahrrad | Mitwachsend, mit Rücklicht und Fliegennetz.
Fahrradschloss mit Zahlencode | Radix | Sport > Fahrrad | Gehärtete Kette, ein Meter lang.
Luftpumpe mit Manometer | Radix | Sport > Fahrrad | Bis elf Bar, für alle Ventile.
Yogamatte rutschfest | Asana | Sport > Yoga | Sechs Millimeter dick, aus Naturkautschuk.
Springseil verstellbar | Asana | Sport > Fitness | Dreht sich auf Kugellagern, Länge bis drei Meter.
Hanteln Paar 5 kg | Asana | Sport > Fitness | Mit Neopren überzogen, rollen nicht weg.
Fußball Größe 5 | Torero | Sport > Ball | Handgenäht, für Rasen und Halle.
Tischtennisschläger Set | Torero | Sport > Ball | Zwei Schläger und drei Bälle in einer Tasche.
Badetuch aus Bio-Baumwolle | Weich & Warm | Bad > Handtücher | Saugt schnell auf und trocknet rasch, 70 mal 140 cm.
Duschvorhang mit Blättern | Tropf | Bad > Dusche | Waschbarer Stoff, zwölf Ringe liegen bei.
Badematte flauschig | Weich & Warm | Bad > Teppiche | Rutscht nicht und ist weich unter den Füßen.
Seifenspender aus Keramik | Tropf | Bad > Zubehör | Für Seife oder Spülmittel, 300 ml.
Zahnbürste aus Bambus | Tropf | Bad > Pflege | Vier Stück mit weichen Borsten.
Haartrockner mit Diffusor | Föhnix | Bad > Elektro | Trocknet Locken schonend, 2000 Watt.
Rasierhobel klassisch | Tropf | Bad > Pflege | Gründliche Rasur mit einer Klinge.
Bettwäsche aus Leinen | Weich & Warm | Schlafen > Bettwäsche | Kühl im Sommer, warm im Winter, 135 mal 200 cm.
Kopfkissen mit Federn | Weich & Warm | Schlafen > Kissen | Weiche Füllung aus Gänsefedern.
Wolldecke grau | Weich & Warm | Schlafen > Decken | Schurwolle aus Island, 130 mal 180 cm.
Wecker ohne Ticken | Lumo | Schlafen > Uhren | Leise, mit Licht und Schlummertaste.
Nachttischlampe dimmbar | Lumo | Wohnen > Lampen | Warmes Licht zum Lesen, Schirm aus Stoff.
Stehlampe aus Messing | Lumo | Wohnen > Lampen | Schlank, mit Fußschalter, 160 cm hoch.
Bücherregal aus Eiche | Holzwerk | Wohnen > Regale | Fünf Böden tragen je dreißig Kilo.
Schreibtisch höhenverstellbar | Holzwerk | Wohnen > Tische | Im Sitzen und im Stehen arbeiten, elektrisch.
Bürostuhl mit Kopfstütze | Holzwerk | Wohnen > Stühle | Stützt den Rücken, mit Armlehnen.
Zeitungsständer aus Draht | Holzwerk | Wohnen > Zubehör | Für Zeitungen, Hefte und Bücher.
Bilderrahmen 30 x 40 | Holzwerk | Wohnen > Bilder | Mit Passepartout, Glas und Aufhängern.
Poster Alte Straßen | Rahmenlos | Wohnen > Bilder | Kunstdruck einer Straße in Lübeck um 1900.
Wandkalender mit Vögeln | Rahmenlos | Wohnen > Bilder | Zwölf Aquarelle heimischer Singvögel.
Kerzenständer schmiedeeisern | Eisenhart | Wohnen > Kerzen | Für fünf Kerzen, von Hand geschmiedet.
Gießkanne aus Zink | Gartenlust | Garten > Bewässern | Zehn Liter, mit feiner Brause.
Gartenschlauch 20 m | Gartenlust | Garten > Bewässern | Knickt nicht, mit Spritze und Kupplungen.
Rosenschere | Gartenlust | Garten > Schneiden | Schneidet Zweige bis zwei Zentimeter, liegt gut in der Hand.
Heckenschere mit Akku | Gartenlust | Garten > Schneiden | Leise und leicht, für Hecken bis drei Meter.
Blumentopf aus Terrakotta | Gartenlust | Garten > Töpfe | Frostfest, mit Untersetzer.
Tomatensamen alte Sorten | Gartenlust | Garten > Saatgut | Zehn Sorten aus Großmutters Garten.
Vogelhaus mit Strohdach | Gartenlust | Garten > Tiere | Futter bleibt trocken, aus Lärche gebaut.
Liegestuhl gestreift | Gartenlust | Garten > Möbel | Klappbar, mit Bezug aus Segeltuch.
Grillzange lang | Eisenhart | Garten > Grillen | Greift sicher zu, Hände bleiben fern vom Feuer.
Holzkohle 10 kg | Eisenhart | Garten > Grillen | Aus heimischer Buche, brennt lange.
Schneeschaufel | Gartenlust | Garten > Winter | Breites Blatt aus Aluminium mit Stahlkante.
Hundeleine aus Leder | Pfote | Tiere > Hunde | Weich, zwei Meter lang, mit Karabiner.
Kratzbaum für Katzen | Pfote | Tiere > Katzen | Mit Höhle, Hängematte und Sisal.
Spielzeugauto aus Holz | Kinderlei | Kinder > Spielzeug | Rollt leicht, mit Farben auf Wasserbasis.
Bilderbuch Der müde Bär | Kinderlei | Kinder > Bücher | Gutenachtgeschichte ab drei Jahren.
""",
    queries={
        "Messer": (
            "Küchenmesser mit Griff aus Olivenholz",
            "Brotmesser mit Wellenschliff",
            "Taschenmesser rot",
        ),
        "kuechenmesser": ("Küchenmesser mit Griff aus Olivenholz",),
        "KÜCHENMESSER": ("Küchenmesser mit Griff aus Olivenholz",),
        "Brotmeser": ("Brotmesser mit Wellenschliff",),
        "Helm": ("Fahrradhelm für Kinder",),
        "kinderhelm": ("Fahrradhelm für Kinder",),
        "Strasse": ("Poster Alte Straßen",),
        "bucher regal": ("Bücherregal aus Eiche",),
        "Wasserkochers": ("Wasserkocher aus Glas",),
        "fussball": ("Fußball Größe 5",),
        "Edelstahlflasche": ("Trinkflasche aus Edelstahl",),
        "Giesskannen": ("Gießkanne aus Zink",),
        "Haartrokner": ("Haartrockner mit Diffusor",),
        "Schlafsäcke": ("Schlafsack für den Winter",),
        "Pfanne für Induktion": ("Bratpfanne beschichtet 28 cm",),
        '"alte Sorten"': ("Tomatensamen alte Sorten",),
        "schere rosen": ("Rosenschere",),
        "Leine für den Hund": ("Hundeleine aus Leder",),
        "warme Decken aus Wolle": ("Wolldecke grau",),
        "zeitungsstander": ("Zeitungsständer aus Draht",),
    },
    nonsense=("grwömpf", "xylqatz", "öplkwest", "brünzgol fwapst", "kzwrtü"),
)
