"""Vocabulary for telling the names of people from other capitalised words."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


# Last words of the names of organisations.
HOUSES = frozenset(
    _words(
        """
        labs lab research deepmind ventures partners capital university institute foundation college school studio
        advisory group consulting technologies media health security robotics inc corp
        """
    )
)
# Small words inside names.
PARTICLES = frozenset(
    _words(
        """
        de da di del della der den van von bin ibn al el la le dos do du ten ter zu
        """
    )
)
# Words in front of names that are no part of them.
HONORIFICS = frozenset(
    _words(
        """
        dr prof professor mr mrs ms sir dame lord hon rev gen sen rep
        """
    )
)
# Words that show notes and talk often capitalise and that no person is called by.
NOT_NAMES = frozenset(
    _words(
        """
        a about advocate after again agent agents ai all als also am america american an analyst and announcer
        announcing anonymous another any app apple applications applied architect are around artificial as ask
        assistant associate at auch audience audio auf aus author back be because before behind bei being best
        beyond big blog board book both breaking bring build building business but by caller camp can cant capital
        center centre ceo ceos cfo chair chairman chairperson chairwoman challenge change channel chapter chapters
        chat check chief china chinese city claude click climate closing cloud cmo co co-founder co-host code
        cofounder cold college comes coming comment community company computer conclusion conference connect contact
        content conversation conversations coo corp could council course cover cpo crossover cto current cut daily
        das data day days dear december deep department der design dev developer did die director discord discussion
        distinguished dive do does dont download each early earth east economist editor education ein eine else
        email end engineer engineering enjoy enterprise episode episodes europe european every evp executive
        experience expert extra facebook fair feature featuring february feedback fellow fellowship finally find
        first follow for former forum foundation founder founders friday from frontier full fund future für gast
        general get give go going good got great group guest guests guide had happy has have he head health hello
        help her here heres hey hi highlights him his home host hosted hosts how human i ich if ihr ill im important
        in inc including indeed india industry infrastructure initiative inside instagram institute intelligence
        interview into intro introducing introduction investing investor investors is ist it its january japan jobs
        join joined joining joins journal journalist journey july just key lab labs language large last latest
        launch lead leader learn learning let lets letter life like link linkedin links list listen listening live
        llm local long look love ltd machine main make making man manager many march market marketing maybe mayor me
        media meet meeting member members merch minister mission mit model models moderator moment monday money
        month more most moving much music my narrator nation national network never new news newsletter next nicht
        no nobody north not notes november now october oder of off office officer ok okay old on one online only
        open or order original originally other our out outro over own part partner partners party people person
        phase phd physical please plus pod podcast podcasts policy political power practical preview previous
        previously principal pro produced producer product production products professor program project protocol
        public question questions quick read ready real really recorded recording reflecting register related
        release report reporter republic research researcher resources rise road robotics room rss said san saturday
        say scholar school science scientist season second secretary security see senior september series server
        service session share she should show shownotes shows sie sign silicon since sind site small so social
        society software solutions some something south space speaker special sponsor sponsored sponsors spotify
        staff start startup state states story strategy street studio subscribe such summary summit sunday super
        support sure survey svp systems take talk talking team tech technical technologies technology tell than
        thank thanks that thats the their them then there theres these they theyre thing things think this those
        thread through thursday time times timestamps to today together tomorrow tonight too tools top topic topics
        track trade transcript trends true try tuesday turn tv twitter two und under united university unknown
        unlock until up update us use using valley ventures version very via vice video videos vision visit voice
        voiceover von vp wait want war warum was watch way we web website wednesday week weekend weekly weeks
        welcome well wer were what whats when where whether which while white who whole why wie wiki wir with women
        work workshop world would write writer yeah year years yes yesterday yet york you your youre youtube zu zum
        über grunder grunderin mitgrunder mitgrunderin geschaftsfuhrer geschaftsfuhrerin leiter leiterin professorin
        autor autorin experte expertin journalistin unternehmer unternehmerin forscher forscherin sprecher sprecherin
        moderator moderatorin gaste heute
        """
    )
)
# Ordinary words that are surnames too: they end a name whose first word is a known first name.
ALSO_SURNAMES = frozenset(
    _words(
        """
        he so an do you best day good head law long love power small stone street west young
        """
    )
)
