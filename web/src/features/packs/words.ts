/** Whether any text in the things given, however deep, holds the words looked for. */
export function holds(text: string, ...things: unknown[]): boolean {
  const wanted = text.trim().toLowerCase()
  return !wanted || things.some((thing) => textsOf(thing).some((one) => one.toLowerCase().includes(wanted)))
}

function textsOf(thing: unknown): string[] {
  if (typeof thing === 'string') return [thing]
  return thing && typeof thing === 'object' ? Object.values(thing).flatMap(textsOf) : []
}
