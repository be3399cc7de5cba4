"""Words of calibration.md: how its figures came about, and what was tried and lost."""

CALIBRATION = """# How far `probability` and `answerable` can be believed

Made by `python -m evaluation.calibrating` on the examples that `python -m evaluation.training`
collects (conditions there): fitted on training windows, measured on validation windows, over all
questions, the unanswered included. `probability` on each question's first ten; ECE in 10 bins of
equal mass; Brier skill of `probability` against the window's own rate at each rank, of
`answerable` against its own rate of answers: references that know the window. *Left out*: weights,
chances and the threshold of silence from the other communities alone. *Own*: those moved by the
community's own training window, as `whoknows learn` does; the threshold of silence is one's own
from 100 answered questions, copies left out and forms without their words. On 150 questions chance
alone gives `answerable` an ECE of about .09, so the large windows (400 and more) tell more.

- `probability` is logistic in: 1; the log of the softmax share among the 100 foremost; the log of
  joinings a thread lately by people who had joined before (half-life 30 days); the entropy of the
  softmax; the log of how many joined the threads most like this one, over the usual. All but the
  share are alike for all candidates of a question, and the share's coefficient is kept positive:
  rank never contradicts probability.
- `answerable`: 1; log odds that one of the first ten replies; log odds of the share answered
  lately (60 days); log ratios of odds for the threads most like this one and for the asker's own
  threads against the usual; whether there is a question mark.
- "nobody here has shown knowledge of this" is said where the nearest reply or answered thread is
  less like the question than it was for the set rate of answered questions, unless one of them
  holds as good as all of the question's words. *False*: share of questions that a candidate
  answered of which it would have been said by likeness; *right*: of those that nobody answered.
"""

CALIBRATION_TRIED = """## Silence on questions of another community

100 questions each of zulip-ncar and discourse-urho3d put to the other, with the other's own
threshold: at a set rate of .02 it is said of 65 % and 69 %, at .05 of 84 %, at .10 of 97 % and
92 %. That nobody answers is mostly not for want of knowledge, so "right" is low within one
community.

## On test windows

Looked at once, after all was chosen, by one run of the same measuring functions: learned from
training and validation windows, own history, at most 1,000 questions a window. Over the four large
windows `probability` has an ECE of .013 (.008 to .019) and a skill of +.053 (+.007 to +.158),
`answerable` an ECE of .047 (.027 to .068) and a skill of +.087 (+.033 to +.124); over all eight
.019 and +.027, .064 and +.101. Left out, over the four: .018 and +.025, .045 and +.080, with one
skill of `probability` below 0 (-.027). False alarms at .02 / .05 / .10: own .015 / .029 / .068,
left out .016 / .047 / .087.

## What was tried, on the same validation windows

Means over eight communities (zulip-lean apart), own history; skill of `probability` is against the
rate by rank, and a change under .003 is noise.

| terms of `probability` beside 1 and the share | ECE | skill |
|---|---|---|
| joinings a thread and share answered, 60 days (before) | .021 | -.008 |
| the same, half-life 15 / 30 / 365 days | .020 / .020 / .022 | -.004 / -.006 / -.010 |
| those by who had joined before, 15 / 30 / 365 days | .020 / .020 / .023 | -.002 / -.004 / -.009 |
| these of 30 days, and entropy | .018 | +.003 |
| and share answered of the like threads, over the usual | .016 | +.008 |
| and joinings in the like threads, over the usual (taken) | .016 | +.011 |
| the taken ones, all joinings instead of those by people known before | .018 | +.004 |
| the taken ones without entropy | .019 | +.002 |
| and share answered lately, or a question mark | .017, .016 | +.010, +.012 |

| terms of `answerable` beside 1, the first ten and the share answered lately | ECE, large | skill |
|---|---|---|
| none (before) | .040 | -.007 |
| share answered: of the asker's threads / of the space | .044 / .045 | +.013 / +.007 |
| a question mark / length / nearest likeness | .038 / .044 / .049 | +.011 / -.007 / -.006 |
| share answered of the like threads / over the usual | .049 / .052 | +.036 / +.046 |
| the like and the asker's over the usual, question mark (taken) | .042 | +.063 |
| and the space's over the usual (beside .041, +.060) | .042 | +.065 |

Rows of `answerable` but the taken one stand beside earlier terms of `probability`, so they compare
roughly. Also tried without gain: number of candidates, plain log-sum of scores, recent own
questions weighted more (half-lives of a quarter to the whole window), priors worth 10 to 1,000
questions instead of 30, and on three communities an
own strength of 1,000 and 3,000. A prior of .3 instead of 1 returning
joiner in three threads, so that nobody's reply is likely where nobody has replied yet, cost
nothing.

Skill stays near 0 where one person gives most first replies and knows of the drift less than the
window's own rate does; on Stack Exchange sites, whose early experts leave, chances are too high by
about .03. Both are drift, which nothing tried here foresaw.
"""
