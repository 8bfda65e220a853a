/** Whether a session has ended by itself, for the page that then asks to sign in. Not when somebody signs out. */
let isOver = false;

export function noteSessionOver(): void {
  isOver = true;
}
export function noteSignedIn(): void {
  isOver = false;
}
export function wasSessionOver(): boolean {
  return isOver;
}
