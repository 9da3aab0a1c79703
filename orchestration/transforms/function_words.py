"""Words that carry no content: a phrase is two neighbouring words that do."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


FUNCTION_WORDS = frozenset(
    _words(
        """
        a aber about after again al all als also am an and any are as at auch auf aus be because been before bei
        being between both but by can como con could das dass de del dem den der des did die do does doing don
        dont down each ein eine einem einen einer el en es esta este even every few for from further fur get
        gets getting go going gonna got had has have having he her here hers hes him his how i ich id if im in
        into is isnt ist it its itself ive just kind know la las let lets like lo los lot make makes mas me mean
        mit more most much my más nicht no noch not now oder of off oh okay on one only or other our out over
        own para pero por que really right s same say says se she should sich sie sin sind so some su such sus t
        than that thats the their them then there theres these they theyre thing things think this those through
        to too two un una und under up us very von want was wasnt we well went were weve what whats when where
        which while who whole whos why wie will wir with wont would y yeah yes you your youre youve zu zum zur
        """
    )
)
