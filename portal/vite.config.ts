import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Hashed assets and one page; nothing inline, for the content security policy allows no inline script or style. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
});
