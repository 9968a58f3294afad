/* Prints its arguments; "exec PROGRAM …": becomes that program. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **arguments) {
  if (count > 2 && strcmp(arguments[1], "exec") == 0) {
    execv(arguments[2], arguments + 2);
    perror("execv");
    return 1;
  }
  for (int i = 0; i < count; i++) printf("%s[%s]", i > 0 ? " " : "", arguments[i]);
  printf("\n");
  return 0;
}
