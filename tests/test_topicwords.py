"""What topics are called where words have no spaces between them."""

from itertools import pairwise

import numpy as np

from recommender.topicwords import Saying, words_of_topics


def test_words_of_scripts_without_spaces_are_whole() -> None:
    """A topic of printers was called "印机 · 打印 · 机打", the second half of the word first."""
    subjects = {
        "打印机": "{}早上卡住|标签{}坏了|新的{}很慢|{}连不上|我们的{}没有墨|{}声音大|清洁{}|谁修{}",
        "自転車": "{}が重い|新しい{}を貸す|{}置き場|青い{}と|{}のライト|古い{}修理|{}保険|中古{}を",
    }
    languages = {"打印机": "zh", "自転車": "ja"}
    sayings, places = [], []
    for place, (word, titles) in enumerate(subjects.items()):
        for number, title in enumerate(titles.split("|") * 3):
            said = title.format(word)
            sayings.append(Saying(len(sayings) + 1, number, said, "", languages[word]))
            places.append(place)
        for number in range(40):
            other = f"{'春夏秋冬東西南北'[number % 8]}{'山川海空雨雪風花'[number // 8]}"
            sayings.append(Saying(len(sayings) + 1, number, other, "", languages[word]))
            places.append(-1)
    found = words_of_topics(sayings, np.array(places), len(subjects))
    assert [words[0].written for words in found] == list(subjects)
    for word, told in zip(subjects, found, strict=True):
        assert not any(a + b in word for one in told[1:] for a, b in pairwise(one.written))
