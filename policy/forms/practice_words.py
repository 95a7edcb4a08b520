"""Words that practice prose writes with a capital and that name nobody: roles, services, plans, months, openings."""

from __future__ import annotations

_TIMES = """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur
    thurs fri sat sun spring summer autumn winter easter christmas eid ramadan diwali new year today yesterday tomorrow
    week month quarter term half
"""

_ROLES = """
    team manager senior head service services director executive independent reviewing reviewer officer practice
    practitioner development lead leader principal social worker support family families child children young person
    people adviser advisor personal early help health visitor visitors midwife nurse doctor paediatrician psychologist
    psychiatrist therapist teacher teaching assistant headteacher school college nursery police constable sergeant
    detective inspector probation guardian advocate solicitor barrister judge magistrate court chair coordinator
    co-ordinator facilitator supervisor student newly qualified advanced designated safeguarding virtual learning mentor
    foster carer carers adopter adopters mother father mum mam dad mummy daddy parent parents grandmother grandfather
    nan nanna nana grandma grandad granddad gran uncle aunt auntie aunty brother sister sibling siblings baby infant
    teenager partner step stepfather stepmother stepdad stepmum maternal paternal cousin neighbour friend housing
    youth justice offending drug alcohol domestic abuse violence adviser idva isva gp local authority designated
    professional professionals business admin administrator quality assurance auditor moderator allocator
    consultant clinical educational speech language occupational therapy
"""

_SERVICES = """
    mash hub front door duty assessment assessments contextual exploitation missing care leaving leavers looked after
    disabilities disability disabled fostering adoption residential inclusion wellbeing education plan plans planning
    strengthening children's council county borough city district town parish north south east west northern southern
    eastern western central locality area unit board panel partnership trust hospital clinic centre center house home
    hostel refuge surgery university academy primary secondary infant infants junior high department camhs nhs
    ofsted cafcass government office commission agency ministry justice public mental community communities children’s
    safe safety start sure tribunal crown county
"""

_PROCESSES = """
    section act order orders protection conference conferences core group review reviews strategy meeting meetings
    discussion discussions pathway permanence placement supervision supervised oversight interim final full initial
    single joint multi agency multiagency multi-agency life story work direct signs thematic dip sample audit audits
    closing loop loops space spaces practice week weeks outline law proceedings pre-proceedings threshold thresholds
    document guidance working together framework policy procedure procedures protocol policies chronology genogram
    ecogram record records recording case cases file files note notes summary report reports form forms question
    questions action actions tracker danger statement goal goals scaling mapping three houses words pictures network
    restorative trauma informed attachment graded profile neglect tool toolkit toolkits distance travelled motivational
    interviewing solution focused systemic model approach return interview interviews contact visit visits visiting
    statutory unannounced announced referral referrals enquiry enquiries investigation investigations legal gateway
    register registered national referral mechanism child's equality human rights data need needs kinship special
    guardianship connected viability parenting capacity adult adults transition transitions independence independent
    living staying put close journey cycle change learning circle circles reflective reflection spotlight self
    evaluation performance improvement requires outstanding good inadequate grade grades theme themes domain domains
    english maths urdu punjabi polish romanian welsh arabic british white black asian muslim christian catholic
    england wales scotland ireland britain kingdom united european union european teams microsoft outlook word excel
    liquid logic liquidlogic mosaic eclipse whatsapp facebook snapchat instagram tiktok universal credit
    zoom bank holiday government covid evidence impact outcome outcomes strength strengths risk risks concern concerns
    voice views wishes feelings identity diversity cultural culture faith ethnicity time timeliness drift delay delays
    history decision decisions reasons rationale management manager's practitioner's worker's agencies partners
    information safer sleep programme programmes non mobile spectrum disorder disorders autism age ages band asylum
    seeking seeker seekers mixed heritage religion appendix table page box crisis capacity liberty deprivation freedom
"""

_OPENINGS = """
    a an the this that these those there here it its he she they we you i my our your their his her one two three four
    five six seven eight nine ten first second third fourth last next previous both each every all any some many most
    more much few several no not none nothing never always often sometimes usually once twice again also although
    though because since when whenever while where wherever which who whom whose what why how if unless until before
    after during through throughout despite however therefore further furthermore moreover overall otherwise instead
    meanwhile then thus so and but or nor for from with without within into onto over under above below between among
    against about around across along at by in of off on to up down as than is are was were be been being has have had
    do does did can could may might must shall should will would let please thank thanks yes ok okay evidence evidenced
    good strong clear clearer better best excellent very well great really quite only just even still already yet now
    recent recently currently current previously later earlier sadly positively importantly having despite due thanks
    see seen ask asked talk talked speak spoke discuss discussed consider agree agreed arrange check complete update
    ensure share use make made take took give given need needed needs show shows shown continue write wrote start stop
    keep look looked looking listen heard hear know known think thought feel felt understand overall managers workers
    practitioners auditors chairs staff everyone everybody someone somebody nobody anyone others other another such
    same different own less least consistent timely regular weekly monthly quarterly daily fathers mothers boys girls
    boy girl man woman men women evident
"""

PRACTICE_WORDS = frozenset(f"{_TIMES} {_ROLES} {_SERVICES} {_PROCESSES}".split())
"""Lower-case words that never make a pair look like a name."""

OPENING_WORDS = frozenset(_OPENINGS.split())
"""Lower-case words that are ordinary where a sentence opens; elsewhere a capital makes them a name: 'with Will'."""

ABBREVIATIONS = frozenset(
    """
    mash cse cce cin cpp cla lac uasc iro pdm qaf ehcp ehc send sen senco lado marac maraca mappa dash nrm eet neet plo
    ilacs jtai csap lscp lscb nspcc nvr cafcass camhs ofsted nhs asye pcf kss icpc rcpc cpc tac taf tafs caf fgc fgcs
    sdq gcp gcps cmha mca dols icb hcp gdpr foi dpia ico hmcts cps yjs yot yos cyjs cfw aplb sgo ico epo epos sdo cao
    lgbt lgbtq adhd asd asc pda odd ptsd fasd bsl esol smart rag swot kpi dsl pru pex beacon psw ssw swe asap faq tbc
    nfa nok dna mosaic lcs ics pep peps iep phe isva idva dva ipv fgm csa csea ncmec ceop iwf tbs only not and but all
    never always must very now yes urgent note nb update new both same
    """.split()  # noqa: SIM905  one word after another is how such a list is read
)
"""Lower-case forms of what practice writes in capitals throughout, and of words that are only shouted."""
