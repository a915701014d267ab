/** A face in an oval, which shows what is asked for without words. */
export const Sketch = () => (
  <svg class="sketch" viewBox="0 0 120 150" aria-hidden="true">
    <ellipse class="oval" cx="60" cy="75" rx="52" ry="70" />
    <path d="M60 30c-21 0-32 14-32 38 0 26 15 46 32 46s32-20 32-46c0-24-11-38-32-38z" />
    <path d="M45 67v4M75 67v4M60 70v14M48 94q12 9 24 0" />
  </svg>
);
