"""Given names and surnames that are spelt in many ways, and short forms of them. Data.

One line a family (an indented one goes on); its first word stands for all of it. Written from
general knowledge of how Arabic, Persian, Slavic, Turkic, Chinese and Korean names are put into
Latin letters and of what people are called for short. Part of the scorer's version, as ``words``.
"""

from typing import Final

_SPELLINGS = """
muhammad mohammed mohamed mohammad muhammed mohamad muhamad mohamet mehmet mehmed mahomed mohd md
  muhamed mohammod maxamed mukhammad magomed mahamat mahamed mamadou
ahmad ahmed ahmet akhmed akhmad ahmadou axmed
mahmud mahmoud mahmood makhmud mehmood
hamid hameed hamed
husayn hussein hussain husein hossein hosain hossain husain huseyin hussien husin khusein xuseen
hasan hassan khasan xasan
ali aly alli
abdullah abdallah abdulah abdalla abdulla abdollah abdillahi abdullahi cabdullaahi cabdullahi
abd abdul abdel abdal abdol abdur abdoul abdou abdu cabdi abdi
rahman rehman rahmaan
rahim raheem rehim
karim kareem kerim carim
aziz azeez azziz
usama osama oussama ussama usamah
uthman othman osman usman ousmane
umar omar oumar umer omer
yusuf yousef yousif yousuf youssef yusif yusef youssouf yosef jusuf yousaf
ibrahim ebrahim ibraheem ibragim brahim
ismail ismael esmail ismayil ismoil
ishaq ishak eshaq
yaqub yaqoub yacoub yakub yaqoob yaghoub
musa moussa mousa moosa
isa issa eissa
sulayman suleiman sulaiman soleiman suleyman souleymane soliman
dawud dawood daoud davud daud dawd
khalid khaled halid
said saeed saed sayid saied
salah saleh salih saalih
salim saleem selim
jamal gamal jamaal djamal cemal
jalal galal jalaal djalal celal
nasir nasser naser nassir nasr
bashir basheer bachir
rashid rasheed rachid
tariq tarek tareq tarik
faisal faysal feisal
fuad fouad foad
muammar moammar muamar muammer
qadhafi gaddafi kadafi qaddafi gadhafi kadhafi ghaddafi gathafi
zaynab zainab zeinab zeynep
fatima fatimah fatema fatma
aisha ayesha aysha aicha
qasim qassem kassim qasem kasim qassim kassem
qadir kader qader kadir
jafar jaafar djafar cafer
mustafa mostafa mustapha moustafa moustapha
mansur mansour mansoor
anwar anwer enver
amin ameen emin
majid majeed macid magid
walid waleed oualid
hakim hakeem
latif lateef
nur noor nour nuur
din deen eddine uddin
bin ibn ben bint binti
al el ul ur
abu abou abo
abdurrahman abdulrahman abdelrahman abdalrahman abdurahman abdirahman
shaykh sheikh shaikh cheikh sheik
vladimir volodymyr wladimir uladzimir volodimir vladimer vladymyr
aleksandr alexander aleksander alexandr oleksandr aliaksandr aleksandar oleksander
aleksey alexei alexey aleksei oleksiy oleksii alexej aliaksei
sergey sergei serhiy serhii sergej siarhei sergii sergiy
dmitry dmitri dmitriy dmytro dmitrii dimitri dimitry dzmitry
nikolay nikolai mykola nikolaj mikalai
mikhail mykhailo mikhael mihail michail mikhaylo
andrey andrei andriy andrii andrej
yevgeny evgeny yevgeniy evgeniy evgeni yevgeni evgenii yevhen yevhenii jevgenij
yuri yuriy yury yurii jurij iurii iouri
yulia yuliya iuliia julija yuliia
viktor victor wiktor
pavel pavlo pawel pavol
pyotr petr petro piotr
ivan iwan ioann
igor ihor
oleg oleh
arkady arkadiy arkadii arkadi arkadij
anatoly anatoliy anatolii anatoli anatolij
vasily vasiliy vasilii vasyl wasilij vassily vasili
grigory grigoriy grigorii hryhoriy grigori
georgy georgiy georgi georgii heorhii giorgi
konstantin constantin kostyantyn kostiantyn konstantine
maksim maxim maksym
fyodor fedor fiodor feodor
yaroslav jaroslav iaroslav
svyatoslav sviatoslav svjatoslav
lavrentiy lavrenty
tatyana tatiana tetiana tatjana
yelena elena olena jelena
yekaterina ekaterina kateryna katerina
natalya natalia nataliya nataliia natalja
mariya maria marija
anastasiya anastasia anastasija
kim gim ghim
yi lee ri rhee
pak park bak
choe choi choy
chong jeong jung chung cheong
kang gang
chol cheol chul
yong young
hyon hyun hyeon
sok seok suk
song seong sung
xi hsi
zhou chou
zhang chang
xu hsu
cai tsai
deng teng
"""

_SHORT_FORMS = """
william bill billy will willy
robert bob bobby rob robbie bert
richard dick rick ricky rich
michael mike mick micky
james jim jimmy jamie
thomas tom tommy
joseph joe joey
john jack johnny jon
edward ed eddie ted teddy ned
charles charlie chuck
anthony tony
daniel dan danny
david dave
donald don donnie
stephen steve
elizabeth liz betty beth lisa
margaret peggy maggie meg
katherine kate kathy katie
alexander alex sasha aleks
vladimir vova volodya vlad
mikhail misha
dmitry dima mitya
nikolay kolya
ivan vanya
yevgeny zhenya
sergey serezha
yuri yura
barack barry
benjamin ben
samuel sam
christopher chris
nicholas nick
patrick pat paddy
peter pete
andrew andy
gregory greg
lawrence larry
matthew matt
ronald ron ronnie
timothy tim
kenneth ken
"""


def _families(lines: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines.replace("\n  ", " ").strip().splitlines():
        first, *others = line.split()
        for word in (first, *others):
            found.setdefault(word, first)
    return found


FAMILIES: Final = _families(_SPELLINGS)
"""The word that stands for all spellings of one name."""

SHORT_FORMS: Final = {
    short: FAMILIES.get(full, full) for short, full in _families(_SHORT_FORMS).items()
}
"""The family's word for what somebody is called for short."""
