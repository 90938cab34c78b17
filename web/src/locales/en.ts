export default {
  app: { name: 'Liangtian' },
  menu: {
    login: 'Sign in', home: 'Home', map: 'Map', patches: 'Patches', patch: 'Patch',
    imports: 'Batches', importNew: 'Import a batch', import: 'Batch import', layers: 'Layers', jobs: 'Jobs',
  },
}
