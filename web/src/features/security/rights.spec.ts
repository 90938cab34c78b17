import { expect, it } from 'vitest'
import { rightNames } from './rights'

const rights = [
  { code: 'layers.view', name: '查看参考图层', for_officers: false },
  { code: 'layers.import', name: '导入参考图层', for_officers: false },
  { code: 'packs.view', name: '查看政策参数', for_officers: false },
]

it('names each right, all of a family for a star, and shows an unknown code as it is', () => {
  expect(rightNames(['packs.view'], rights)).toEqual(['查看政策参数'])
  expect(rightNames(['layers.*'], rights)).toEqual(['查看参考图层', '导入参考图层'])
  expect(rightNames(['gone.act'], rights)).toEqual(['gone.act'])
})
