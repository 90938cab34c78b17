/**
 * What the API answers and accepts, under the names used here; all of it comes from the server's own
 * description (`schema.ts`). Areas are numbers: m² to 0.01, mu to 2 decimals; dates ISO.
 */
import type { components } from './schema'

type Schemas = components['schemas']

// --- Session and regions
export type Session = Schemas['SessionOut']
export type User = Schemas['UserOut']
export type Region = Schemas['RegionOut']
export type RegionFeature = Schemas['RegionFeature']
export type Bounds = NonNullable<Region['bounds']>

// --- People: accounts, grants, one's own account
export type Office = Schemas['OfficeOut']
export type OfficeKind = Office['kind']
export type Person = Schemas['StaffOut']
export type PersonPage = Schemas['StaffPage']
export type NewPassword = Schemas['NewPassword']
export type Role = Schemas['RoleOut']
export type Right = Schemas['RightOut']
export type Grant = Schemas['GrantOut']
export type GrantPage = Schemas['GrantPage']
export type Policy = Schemas['PolicyOut']
export type PolicySetting = Schemas['SettingOut']
export type SignInRow = Schemas['PresenceOut']
export type OnlineUsers = Schemas['OnlinePage']
export type Account = Schemas['AccountOut']
export type CodeEnrolment = Schemas['EnrolmentOut']

// --- Home and search
export type Home = Schemas['HomeOut']
export type HomeFigure = Schemas['HomeFigure']
export type TownshipRow = Schemas['TownshipRow']
export type OutcomeRow = Schemas['OutcomeRow']
export type Outcome = OutcomeRow['outcome']
export type SearchHit = Schemas['Hit']

// --- Dashboards
export type Dashboard = Schemas['DashboardOut']
export type DashboardName = Schemas['DashboardName']
export type DashboardFigure = Schemas['DashboardFigure']
export type DashboardChart = Schemas['DashboardChart']
export type DashboardPlace = Schemas['DashboardPlace']
export type RegionFeatures = Schemas['RegionFeatures']

// --- Tokens
export type ApiTokens = Schemas['TokensOut']
export type ApiToken = ApiTokens['rows'][number]
export type NewApiToken = Schemas['NewTokenOut']

// --- Letters
export type Letter = Schemas['LetterOut']
export type LetterKind = Schemas['LetterKindOut']
export type LetterTemplate = Schemas['TemplateOut']
export type NumberSeries = Schemas['SeriesOut']

// --- Jobs and files
export type Job = Schemas['JobOut']
export type JobPage = Schemas['JobPage']
export type JobStatus = Job['status']
export type StoredFile = Schemas['FileOut']
export type FileKind = 'batch' | 'layer' | 'photo' | 'document' | 'ledger'

export type JobDetail = Schemas['JobDetail']

// --- Audit
export type AuditChain = Schemas['ChainOut']
export type AuditPage = Schemas['EntryPage']
export type AuditRow = Schemas['EntryRow']
export type AuditEntry = Schemas['EntryOut']
export type AuditQuery = Partial<Schemas['EntryQuery']>

// --- Accountability ratio
export type Ratio = Schemas['RatioOut']
export type RatioPart = Schemas['RatioPart']
export type RatioParts = Schemas['RatioParts']
export type RatioForecast = Schemas['RatioForecast']
export type WhatIf = Schemas['WhatIfOut']

// --- Books
export type TrialBalance = Schemas['TrialBalance']
export type Closing = Schemas['ClosingOut']
export type BookAccount = Schemas['BookAccountOut']
export type BookEntry = Schemas['BookEntryOut']

// --- Ledgers
export type Ledger = Schemas['LedgerOut']
export type LedgerColumn = Schemas['ColumnOut']
export type LedgerFilter = Schemas['FilterOut']
export type LedgerRows = Schemas['LedgerPage']
export type LedgerClear = Schemas['ClearOut']
export type LedgerRow = LedgerRows['rows'][number]
export type LedgerValue = LedgerRow[string]
export type ColumnKind = LedgerColumn['kind']
export type LedgerExport = Schemas['ExportOut']
export type LedgerView = Schemas['ViewOut']
export type LedgerViews = Schemas['ViewsOut']
export type LedgerGroups = Schemas['GroupedOut']
export type LedgerGroup = Schemas['GroupOut']
export type TagType = NonNullable<Schemas['ChoiceOut']['tag']>

// --- Returns
export type ReturnForm = Schemas['FormOut']
export type ReturnRegister = Schemas['RegisterOut']
export type ReturnSheet = Schemas['ReturnOut']
export type ReturnComparison = Schemas['ComparisonOut']
export type KeptState = Schemas['SnapshotOut']

// --- Layers
export type Layer = Schemas['LayerOut']
export type LayerGroup = Layer['group']
export type LayerOffice = Schemas['LayerOfficeOut']
export type LayerVersion = Schemas['VersionOut']
export type VersionStatus = LayerVersion['status']
export type LegendEntry = Schemas['LegendEntry']
export type IdentifiedFeature = Schemas['IdentifiedOut']
export type LayerProblemPage = Schemas['LayerProblemPage']
export type LayerProblem = LayerProblemPage['rows'][number]
export type LayerCheck = Schemas['LayerCheckOut']
export type LayerPlan = Schemas['LayerPlanOut']
export type LayerExport = Schemas['LayerExportOut']
export type ComparisonBrief = Schemas['LayerComparisonBrief']
export type Comparison = Schemas['LayerComparisonOut']
export type LayerChange = Comparison['changes'][number]
export type LayerCutPage = Schemas['LayerCutPage']
export type LayerCut = LayerCutPage['rows'][number]
export type LayerReading = Schemas['LayerReadingOut']
export type LayerImportRequest = Schemas['LayerImportIn']

// --- The map: sketches, base maps, printing
export type Sketch = Schemas['SketchOut']
export type SketchPage = Schemas['SketchPage']
export type Shaped = Schemas['ShapedOut']
export type Analysis = Schemas['AnalysisOut']
export type Basemap = Schemas['BasemapOut']
export type Snapping = Schemas['SnapOut']
export type AtlasRequest = Schemas['AtlasIn']
export type PrintRequest = Schemas['PrintIn']

// --- Enforcement: batches and their import
export type Batch = Schemas['BatchOut']
export type BatchImport = Schemas['BatchImportOut']
export type ImportSummary = Schemas['ImportSummary']
export type ImportStatus = ImportSummary['status']
export type ImportTarget = Schemas['TargetOut']
export type FieldMapping = BatchImport['mapping']
export type ImportProblemPage = Schemas['ImportProblemPage']
export type Severity = ImportProblemPage['rows'][number]['severity']

// --- Enforcement: patches
export type Patch = Schemas['PatchOut']
export type OverlayLayer = Schemas['OverlayLayerOut']
export type OverlayRow = Schemas['OverlayRowOut']
export type Proposal = Schemas['ProposalOut']
export type PatchPhoto = Schemas['PhotoOut']
export type PatchStages = Schemas['StagesOut']
export type PartIn = Schemas['PartIn']
export type JudgedPart = Schemas['JudgedPartOut']
export type Disposition = Schemas['DispositionOut']
export type Project = Schemas['ProjectOut']
export type MeetingRow = Schemas['MeetingRow']
export type Meeting = Schemas['MeetingOut']
export type AgendaItem = Schemas['AgendaOut']
export type ToMeet = Schemas['ToMeetOut']
export type MilitaryRow = Schemas['MilitaryOut']
export type FieldTasks = Schemas['FieldTasksOut']
export type FieldTask = Schemas['FieldTaskOut']
export type PatchStep = Schemas['StepOut']

// --- Regions: search, detail, changes, imports
export type RegionHit = Schemas['RegionHit']
export type RegionList = Schemas['RegionPage']
export type RegionDetail = Schemas['RegionDetail']
export type RegionLine = Schemas['RegionLineOut']
export type RegionChange = Schemas['RegionChangeIn']
export type RegionChangePage = Schemas['RegionChangePage']
export type RegionPlan = Schemas['RegionPlanOut']
export type RegionImport = Schemas['RegionImportOut']
export type RegionImportRows = Schemas['ImportedRowPage']
export type RegionProblems = Schemas['RegionProblemPage']

// --- Policy packs and the dictionary
export type PackSummary = Schemas['PackHead']
export type Pack = Schemas['PackOut']
export type PackVersion = Schemas['PackVersionOut']
export type PackEntry = Schemas['PackEntry']
export type PackCheck = Schemas['PackCheck']
export type PackMeasure = Schemas['PackMeasure']
export type PackAmount = Schemas['PackAmount']
export type PackDifference = Schemas['PackDifference']
export type Dictionary = Schemas['Dictionary']

// --- My work, calendar, messages
export type Task = Schemas['TaskOut']
export type Consultation = Schemas['ConsultationOut']
export type OfficeAsked = Schemas['OfficeAskedOut']
export type AskedOpinion = Schemas['AskedOut']
export type TaskPage = Schemas['TaskPage']
export type InboxCounts = Schemas['Counts']
export type Colleague = Schemas['PersonOut']
export type Delegation = Schemas['DelegationOut']
export type Flow = Schemas['MachineOut']
export type OpenStep = Schemas['OpenStepOut']
export type Message = Schemas['MessageOut']
export type MessagePage = Schemas['MessagePage']
export type ManyOut = Schemas['ManyOut']
export type ManyIn = Schemas['ManyIn']
export type ManyDoor = Schemas['DoorOut']
export type Deadline = Schemas['DeadlineOut']
export type DeadlineDetail = Schemas['DeadlineDetail']
export type DeadlinePage = Schemas['DeadlinePage']
export type DeadlineState = Deadline['state']
export type CalendarMonth = Schemas['MonthOut']
export type CalendarDay = Schemas['DayOut']
export type ObligationName = Schemas['ObligationOut']
export type RegionDeadlines = Schemas['RegionDeadlines']
export type Holidays = Schemas['HolidaysOut']
export type HolidayRow = Schemas['HolidayRow']
export type Hooks = Schemas['HooksOut']
export type HookTarget = Schemas['HookOut']
export type HookMade = Schemas['HookMade']
export type HookDeliveries = Schemas['DeliveryPage']

export type OverlayBrief = Schemas['OverlayBrief']
export type OverlayRun = Schemas['OverlayRunOut']
export type OverlaySums = Schemas['OverlaySums']
export type OverlayChoices = Schemas['OverlayChoices']

// --- Dossiers
export type Dossier = Schemas['DossierOut']
export type DossierCheck = Schemas['DossierCheckOut']
export type DossierPaper = Schemas['PaperOut']
export type DossierRun = Schemas['DossierRunOut']

export type Ranking = Schemas['RankingOut']
export type WarningBrief = Schemas['WarningBrief']
export type WarningDetail = Schemas['WarningOut']

// --- Data checks
export type PatchProblem = Schemas['ProblemOut']
export type ProblemCounts = Schemas['ProblemCounts']
export type ProblemPlace = Schemas['ProblemPlaceOut']
export type Result = Schemas['ResultOut']
export type ResultChart = Schemas['ResultChart']
export type ResultPackage = Schemas['ResultPackageOut']

// --- Freezes linked to violations
export type Freezes = Schemas['FreezesOut']
export type FreezeStep = Schemas['FreezeStepOut']
export type FreezeMove = Schemas['FreezeMoveOut']
export type FreezeProposal = Schemas['FreezeProposalOut']
export type FreezeConfirmed = Schemas['FreezeConfirmedOut']

// --- Holdings
export type Parcel = Schemas['ParcelOut']
export type ParcelState = Schemas['ParcelStateOut']
export type ParcelEntry = Required<Schemas['ParcelIn']>
export type HoldingOptions = Schemas['OptionsOut']
export type HolderRef = Schemas['HolderRef']
export type HolderFile = Schemas['HolderOut']
export type Identity = Schemas['IdentityOut']
export type ContractRef = Schemas['ContractRef']
export type BaseYear = Schemas['BaseYearOut']

export type BoundaryPreview = Schemas['BoundaryPreviewOut']
export type Neighbour = Schemas['NeighbourOut']
export type ParcelSelection = Schemas['SelectionOut']

// --- Fees
export type FeeOptions = Schemas['FeeOptionsOut']
export type FieldVillage = Schemas['FieldVillageOut']
export type ParcelGrade = Schemas['GradeOut']
export type RentTariff = Schemas['RentTariffOut']
export type BillRun = Schemas['BillRunOut']
export type RunProblems = Schemas['RunProblemPage']
export type Payer = Schemas['PayerOut']
export type FeeAccount = Schemas['FeeAccountOut']
export type BillDue = Schemas['BillDueOut']
export type Bill = Schemas['BillOut']
export type Waiver = Schemas['WaiverOut']
export type Payment = Schemas['PaymentOut']
export type ReceiptBook = Schemas['ReceiptBookOut']
export type Settlement = Schemas['SettlementOut']
export type Settlements = Schemas['SettlementsOut']
export type BankState = Schemas['BankOut']
export type BankLine = Schemas['BankLineOut']
export type BankTaken = Schemas['BankTakenOut']
export type Collected = Schemas['CollectedOut']
// --- Notices
export type Notice = Schemas['NoticeOut']
export type NoticeOptions = Schemas['NoticeOptionsOut']
export type ObjectionRef = Schemas['ObjectionRef']
export type ObjectionPage = Schemas['ObjectionOut']
export type Standing = Schemas['ParcelStandingOut']
export type PublicNotice = Schemas['PublicNoticeOut']
export type PublicObjection = Schemas['PublicObjectionOut']

// --- Judgement and comparison with departments
export type JudgementTable = Schemas['JudgementTableOut']
export type JudgementFact = Schemas['ParcelFactOut']
export type RowTrace = Schemas['RowTraceOut']
export type Trial = Schemas['TrialOut']
export type JudgementDetail = Schemas['ParcelJudgementOut']
export type ParcelDisposition = Schemas['ParcelDispositionOut']
export type DepartmentComparison = Schemas['DepartmentComparisonOut']
export type ReviewMeeting = Schemas['MeetingRef']
// --- Water and measures on arrears
export type WaterSource = Schemas['WaterSourceOut']
export type WaterSourceEntry = Required<Schemas['WaterSourceIn']>
export type MeterFitting = Schemas['MeterFittingOut']
export type MeterReading = Schemas['ReadingOut']
export type ReadingSheet = Schemas['ReadingSheetOut']
export type ReadingLine = ReadingSheet['rows'][number]
export type ReadingFile = Schemas['ReadingFileOut']
export type WaterStandards = Schemas['WaterStandardsOut']
export type WaterTariff = WaterStandards['tariffs'][number]
export type WaterPreview = Schemas['WaterPreviewOut']
export type WaterBillRow = WaterPreview['rows'][number]
export type WaterUseLine = Schemas['WaterUseLine']
export type SubsidyList = Schemas['SubsidyOut']
export type StopMeasure = Schemas['StopMeasureOut']
export type StopTaken = Schemas['TakenOut']
export type Dunning = Schemas['DunningOut']

// --- The register on the map, buildings, crops of a village, lists
export type ParcelColouring = Schemas['ColouringOut']
export type MapThing = Schemas['MapThingOut']
export type Building = Schemas['BuildingOut']
export type CropSheet = Schemas['CropSheetOut']
export type CropRow = Schemas['CropRowOut']
export type ListFile = Schemas['ListOut']
export type ListSummary = Schemas['ListSummary']

// --- Import of ledgers of holdings
export type Intake = Schemas['IntakeOut']
export type IntakeSummary = Schemas['IntakeSummary']
export type IntakeTarget = Schemas['IntakeTarget']
export type IntakeProblemPage = Schemas['IntakeProblemPage']
export type IntakeRowPage = Schemas['StagedRowPage']
export type IntakeHolderPage = Schemas['StagedHolderPage']
export type IntakeHolder = Schemas['StagedHolderOut']
export type Registration = Schemas['RegistrationOut']
export type RegistrationRef = Schemas['RegistrationRef']
export type RegistrationOptions = Schemas['RegistrationOptionsOut']
export type Referral = Schemas['ReferralOut']
export type ReferralRef = Schemas['ReferralRef']
export type Petition = Schemas['PetitionOut']
export type PetitionRef = Schemas['PetitionRef']
export type MatterOptions = Schemas['MatterOptionsOut']
export type Matters = Schemas['MattersOut']
