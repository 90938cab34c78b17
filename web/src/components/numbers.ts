/** Whole identity and mobile numbers in what somebody typed; the server decides, this spares a link that holds one. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const IDENTITY = /(?<![0-9A-Za-z.])[1-9]\d{5}(?:19|20)\d{9}[\dX](?![0-9A-Za-z])/gi
const MOBILE = /(?<![0-9A-Za-z.])(?:\+?86)?1[3-9]\d{9}(?![0-9A-Za-z])/

function isIdentity(text: string): boolean {
  const total = WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(text[place]), 0)
  return '10X98765432'[total % 11] === text[17]?.toUpperCase()
}

export function holdsNumber(text: string): boolean {
  const half = text.normalize('NFKC').replaceAll(/(?<=\d)[\s-](?=[\dXx])/g, '')
  return MOBILE.test(half) || (half.match(IDENTITY) ?? []).some(isIdentity)
}
