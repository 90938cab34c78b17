import type { PetitionRef, ReferralRef, TagType } from '@/api/types'

const REFERRALS: Record<ReferralRef['state'], TagType> = { proposed: 'warning', approved: 'primary', sent: 'primary', answered: 'success', cancelled: 'info' }
const PETITIONS: Record<PetitionRef['state'], TagType> = { open: 'warning', answered: 'primary', closed: 'success', retracted: 'info' }

/** The colour of where a referral stands. */
export const referralTag = (state: ReferralRef['state']): TagType => REFERRALS[state]
/** The colour of where a petition stands. */
export const petitionTag = (state: PetitionRef['state']): TagType => PETITIONS[state]
