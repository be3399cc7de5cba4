"""Words that no topic is called by: function words, and what every question says.

Idf cannot tell them in a community that has few threads of a language.
"""

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

_ASKING = (
    "advice answer answers anybody anyone ask asked asking bad best better code dear different does"
    " doesn don error errors etc example examples feedback fine gets getting good great having"
    " hello help hey hi idea ideas im isn issue issues know let like little ll look looking lot"
    " make makes making maybe nice ok old people point possible problem problems proper question"
    " questions really regards right running said say says seems seen shall simple solution solved"
    " sure tell thank thanks thing things think thought time today trouble try trying ve vs wanted"
    " want wants way ways weird won wonder wondering work worked working works wrong yes new need"
    " needed needs using use used uses guys available current just instead set end long years year"
    " week weeks day days month months subject fwd fw re wrote http https www com org html aren"
    " couldn didn hasn haven shouldn wasn weren wouldn able add added adding allow change changed"
    " come correct correctly doing done difference easy edit far given going got happen happens"
    " hope i'm i've i'd it's don't can't doesn't isn't won't didn't that's there's what's let's"
    " certain currently following default understand unable cant dont wish show shows showed start"
    " started stop stopped multiple big small original based basic latest proposal discussion"
    " request anything nothing somebody someone something somehow sometimes unexpected expected"
    " suggestion suggestions tips question(s) update updated newbie beginner wip"
)

_OTHERS = {
    "de": "aber als am an auch auf aus bei bin bis das dass dem den der des die doch du durch ein"
    " eine einem einen einer es fragen frage für gegen gibt haben hallo hat hier ich ihr im in"
    " ist ja jemand kann kein keine man mehr mein mich mit nach nicht noch nur oder ohne schon"
    " sich sie sind so über um und uns unser vom von vor war warum was wenn wer werden wie wir"
    " wird wo zu zum zur",
    "fr": "à au aux avec bonjour ce ces cette comment dans de des du elle en est et été faire fait"
    " il ils je la le les leur lors mais même mes moi mon ne nos notre nous on ont ou où par pas"
    " plus pour pourquoi qu que quel quelle qui quoi sa sans se ses si son sont sur tous tout"
    " très un une vos votre vous y",
    "es": "a al algo alguien así bien como cómo con cual cuando de del desde donde dónde el ella en"
    " entre es esa ese está están este esta hay hola la las le les lo los más me mi mientras muy"
    " ni no nos nuestra nuestro o para pero por porque qué que quién se ser si sin sobre son su"
    " sus también tengo tiene todo tu un una uno y ya",
    "it": "a ad al alla anche che chi ciao come con cosa da dal dei del della delle di dove e è ed"
    " gli ha hanno ho i il in io la le lo ma mi nei nel nella noi non o per perché più qualcuno"
    " quando questa questo se si sono su sul tra tutti un una uno",
    "pt": "a ao aos as até com como da das de do dos e é ela ele em entre está eu foi há isso já"
    " mais mas me meu na não nas no nos o os ou para pela pelo por porque quando que quem se sem"
    " ser seu sua são também tem um uma você",
    "nl": "aan al als bij dan dat de deze die dit door een en er geen het hoe iemand ik in is je"
    " kan maar me meer met mijn naar niet nog of om onze ook op over te tot uit van voor waar"
    " waarom was wat we wie wij worden zijn zo zonder",
    "sv": "alla att av den det de dem denna dig din då där ej eller en ett finns från för gör ha"
    " han har hej hon hur här i inte jag kan kommer man med men mer mig min mot ni nog något när"
    " någon och om oss på sedan sig sin ska som till under upp ut utan vad var varför vi vid vill"
    " än är över",
    "pl": "a aby ale bez bo być ci co czy dla do gdy gdzie go i ich ja jak jakie jest jestem już"
    " kto która które który ma mam mi mnie może na nad nam nas nie o od po pod poza przed przez"
    " przy są się ta tak tam te tego ten to tu tylko tym w we więc wszystko z za ze że żeby",
    "ru": "а без бы был была в вам вас во вот все вы где да для до его ее если есть еще же за и из"
    " или им их к как какой когда кто ли мне мы на над не нет но ну о об он она они от по под при"
    " с со так там то только у уже чем что чтобы это я",
    "el": "από αν αυτό για δεν είναι ένα ένας έχει έχουμε η θα και κάτι με μας μετά μια μου να ο οι"
    " όταν ότι όπως πιο που πού ποιος πριν πώς σας σε στα στη στην στις στο στον στους τα τη την"
    " της τι τις το τον του τους των ως",
    "ar": "أو أي إلى إذا أن إن الذي التي عن على عند غير في قبل كان كل كيف كم لا لم لن ما ماذا مع من"
    " منذ نحن هذا هذه هل هنا هناك هو هي و يا",
    "tr": "ama bir bu da daha de değil diye en gibi hangi her için ile ise kadar ki mi mu ne neden"
    " nasıl olan olarak sonra şu ve veya ya",
    "zh": "什么 我们 你们 他们 怎么 怎样 这个 那个 可以 没有 一个 如何 是否 因为 所以 但是"
    " 如果 还是 或者 不是 就是 已经 时候 有人 大家 知道 应该 需要 可能 这样",
    "ja": "です ます した して ない から まで ので ため こと もの どう この"
    " その あの する なる ある いる",
}

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(ENGLISH_STOP_WORDS) | frozenset(_ASKING.split()),
    **{language: frozenset(words.split()) for language, words in _OTHERS.items()},
}
"""By language."""

_FURTHER = (
    # Swedish, Greek, Arabic, Chinese: more than topics need
    " aldrig alltid andra bara bli blir dem deras dess efter fick får gå går gång gången genom"
    " gjorde göra hel hela hit igen inga ingen inget innan inom ju kvar mellan mot mycket många"
    " också sina skulle säg säger så sån tillbaka två tre vet varje åt"
    " αλλά αυτά αυτή αυτές αυτοί γιατί δύο εδώ εκεί είχε ήταν κάθε κάποιος μέσα μόνο μπορεί όλα"
    " όλοι παίρνει πάνω πολύ σου τρία τώρα χρειάζεται"
    " بعد بين تلك ثم حتى ذلك عليه فيه قد كانت كما لكن له لها منه منها"
    " 第一 没有 有没 有没有 每天 今天 几个 一些"
    # Danish, Norwegian, Finnish, Estonian
    "af at av blev ble bli da de den denne der dere det dig dog du efter eller en er et etter for"
    " fra få ham han har hende her hun hva hvad hvis hvor hvordan hvorfor i ikke ind jeg jer kan"
    " kun man med meg meget men mig min mot må ned noe noen nogen noget nu nå når og også om op opp"
    " os oss på seg sig skal som så til ud ut under var ved vi vil være"
    " ei eivät että he hän ja jo joka jos kuin kun kuten me mikä minä missä miten mitä mutta myös"
    " ne niin nyt olen oli olla on ovat sekä se sen siinä sillä sitä tai te tämä vai vain voi voiko"
    " aga et ka kas kes kui kuidas ma mida miks mis mitte nagu need nii see seda siis ta või"
    # Czech, Slovak, Croatian, Serbian, Slovene
    " a aby ako ale alebo ani asi bol bude by byl být co čo do ho i ich jak jako je jeho jejich jen"
    " jsem jsme jsou k kde kdo kdy když keď která které který ktorá ktoré ktorý má mají mezi mi na"
    " nad nebo není nie o od po pod podle pre prečo pri pro proč před při s sa se si sme som sú tak"
    " také tam tedy ten to tu u už v ve vo více však z za ze že"
    " ali bi bo ga gdje ili in ima iz ja jesu još kaj kako kao ker ki ko koja koje koji li ne ni"
    " nije pa samo smo so su što ta te tudi uz več već zašto zelo še"
    # Hungarian, Romanian, Lithuanian, Latvian
    " az azt be csak de egy el és ez ezt ha hogy hol hogyan igen le lehet már meg mert miért mint"
    " mit nagyon nem ott ő sem van vagy volt"
    " al am are as au ca când care ce cel cu cum dacă din după e ea este eu fi în la lui mai nu pe"
    " pentru prin sau sunt și un una unde"
    " ar bet bija būt būti čia iš ir į jau jei kā kad kai kaip kas kāpēc ko kur lai mēs nuo no par"
    " per pie tai tas tik un uz už vai yra"
    # Ukrainian, Bulgarian
    " а але би був була в ви від він вона вони все де для до є з за і й із її його коли ми на не ні"
    " о по при про та так те то у це чи що як яка який"
    " ако да е и из или как като към ли но от с са се си след съм така този това той тя че ще"
    # Indonesian, Vietnamese, Tagalog
    " ada adalah agar akan apa atau bagaimana bisa dan dapat dari dengan di dia dalam ini itu jika"
    " juga kami karena ke kita lagi oleh pada saat saya sebagai siapa sudah tidak untuk yang"
    " bị các cái cho có của cũng đã đang để đến được gì hay khi không là làm lại mà một này nên nếu"
    " như những nhưng ở ra rất sẽ sau từ tôi và vào vì với"
    " ang at ay ba hindi ito ka kung mga mo naman ng para sa siya"
    # Hebrew, Persian, Urdu, Hindi, Bengali, Korean
    " אבל או אותו אחרי אין אל אם אני את אתה גם הוא היא הם זה זאת יש כי כל כמה לא לפני מה מי מתי על"
    " עם של שלי"
    " از این آن است با بر برای به تا چه چرا چگونه که را در شد شده ما من می نیز هم هر یا یک"
    " اور کا کی کے کو میں سے ہے ہیں پر یہ وہ نے"
    " और का की के को में से है हैं पर यह वह ने हो था थी थे कि जो तो भी क्या कैसे नहीं एक इस उस लिए"
    " कर या हम आप এবং এই ও কি না যে তার করে জন্য থেকে"
    " 그 이 저 것 수 등 및 또는 하지만 그리고 어떻게 왜 무엇 있는 없는 있다 합니다"
)
"""Of languages that topics are not sifted by: few, and enough not to show them as telling."""

EVERY: frozenset[str] = frozenset(_FURTHER.split()).union(*STOP_WORDS.values())
"""Of every language, whatever a text's own is taken for."""
