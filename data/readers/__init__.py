"""One file an export format, all behind the face in `face`; `detect` tells which a path is.

What each export brings, beside posts, replies and authors:

| format | people | closed spaces | edits | deletions | reactions |
|---|---|---|---|---|---|
| community, csv | as given | as given | as given | by snapshot | as given |
| stackexchange | profiles | none | last | by snapshot | votes, by day |
| slack | profiles, bots | by name | last | by snapshot | undated |
| discourse | names, bots | messages, by name | last | stated | counts alone |
| mattermost | profiles, bots | by name | last | stated | with their time |
| zulip | profiles, bots | by name | all, told from moves | stated | undated |
| zulip-archive | names, bots by name | none in it | none in it | stated | none in it |
| yammer | profiles, bots | by name | versions with a time | stated | none in it |
| mbox | names, bots | none | none | by snapshot | none |

"By name": private channels, streams, groups and communities stay out unless
`ReadOptions.include_private` names them, or all of them by "groups"; direct messages by "direct".
What is not known to be open is closed.
"""
