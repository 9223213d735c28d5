"""Common Finnish names, by which a column of names is told from a column of ids."""

from __future__ import annotations

_GIVEN = """
aatu aino aki aleksi amanda anders anja anna anne anneli annika antero anton antti anu ari arja arto asta
auli aulis axel birgit carl christina eero eeva eija eila eino elias elina elisa ella elli emil emilia emma
emmi eric erik erkki esa essi eveliina fredrik hannele hannu harri heidi heikki helena heli helmi henna
henri henrik hilda hilkka iida iiro iina ilkka ilmari ilona inka irene iris irja irma isto ivar jaakko
jaana jan jani janne jari jarkko jarmo jenna jenni jere jesse joel johan johanna joni jonna jonne jorma
jouko jouni juha juhani juho jukka julia jussi juuso jyrki kai kaija kaisa kalervo kalevi kalle kari karin
karita karoliina katariina kati katja katri kauko keijo kerttu kim kimmo kirsi kirsti kristian kristiina
krista kyllikki laila lars lasse lassi laura lauri leena leila leo lena leo liisa linda linnea lotta
maarit maija maiju mari maria marika marita maritta marja marjatta marjo marjut marko markku markus martti
mathias matias matti mauri maria mervi mia mika mikael mikko milla minna mira mirja mirjami miro mohamed
muhammad ahmed ali fatima natalia nea niina niko niklas nina noora olavi olga oliver olli onni oona orvokki
oskari otto outi paavo paivi päivi pasi paula pauli pauliina pekka pentti per pertti petra petri petteri
pia piia pirjo pirkko rafael raija raili raimo rainer rami raisa rauha reijo reetta riikka riitta risto
ritva roope sakari salla sami samu samuel samuli sanna sara sari satu saara seija senja seppo simo sini
sinikka sirkka sirpa sofia sohvi soile stefan stina sven svetlana susanna suvi taina taneli tanja tapani
tapio taru tarja teemu teija tero terhi terttu tiia tiina timo toini toivo tomi tommi toni topi tuija
tuomas tuomo tuula tuuli tuulikki tyyne ulla urho vaino väinö valtteri veera veijo veikko vesa viivi
vilho vilja ville vladimir yrjö åke aila aarne aatos aimo
"""
_FAMILY = """
ahmed ahonen aalto aaltonen ali andersson anttila backman eriksson eskelinen gustafsson hakala halonen
hassan hakkarainen hartikainen heikkilä heikkinen heino heinonen helenius hiltunen hirvonen holopainen
huttunen huovinen hyvönen hämäläinen ivanov ivanova jansson jokela jokinen johansson juntunen jääskeläinen
kallio kangas karhu karjalainen karlsson karppinen karvonen kauppinen keränen kettunen kinnunen kivelä
kivinen koivisto kokkonen komulainen korhonen koskela koskinen kosonen kukkonen kärkkäinen laakso laaksonen
lahti lahtinen laine laitinen lappalainen lehtinen lehto lehtonen leino leinonen leppänen lindberg
lindholm lindqvist lindström lundström makkonen manninen markkanen martikainen mattila miettinen mikkola
mikkonen moilanen mohamed mustonen mäkelä mäki mäkinen mäntylä mönkkönen nevalainen niemelä niemi nieminen
niskanen nikkinen nousiainen nurminen nurmi nykänen nyberg nyman ojala ollikainen oksanen paananen
pajunen partanen peltola peltonen penttilä pesonen pietilä pitkänen pulkkinen purho puustinen rautiainen
rantala rantanen rinne ronkainen rossi räisänen räsänen rissanen saarela saari saarinen salmi salminen
salo salonen sandberg savolainen seppälä seppänen sihvonen smirnov smirnova suominen svensson sundström
tamminen tanskanen tiainen timonen toivonen tolonen tolvanen tuominen turpeinen turunen uusitalo vainio
valtonen vartiainen vesterinen virtanen väisänen väänänen wikström ylitalo ylinen
"""
GIVEN_NAMES = tuple(sorted(set(_GIVEN.split())))
SURNAMES = tuple(sorted(set(_FAMILY.split())))
