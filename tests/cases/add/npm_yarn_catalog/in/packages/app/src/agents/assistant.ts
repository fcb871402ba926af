'use agent';

export default function Assistant() {
  return 'hello';
}
