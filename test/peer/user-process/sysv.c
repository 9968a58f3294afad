/* System V's shared memory, semaphores and queues between a process and its child. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

union semun { int val; struct semid_ds *buf; unsigned short *array; };

int main(void) {
  int memory = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0600);
  int semaphores = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
  int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  int *words = shmat(memory, NULL, 0);
  int *again = shmat(memory, NULL, SHM_RDONLY);
  unsigned short values[3] = {0, 5, 7};
  printf("set %d\n", semctl(semaphores, 0, SETALL, (union semun){.array = values}));
  struct { long type; char text[20]; } message = {3, "a message"};
  pid_t child = fork();
  if (child == 0) {
    struct sembuf take = {0, -1, 0};
    semop(semaphores, &take, 1);
    words[1] = words[0] + 1;
    message.type = 4;
    strcpy(message.text, "from the child");
    return msgsnd(queue, &message, sizeof message.text, 0);
  }
  words[0] = 41;
  struct sembuf give = {0, 1, 0};
  printf("give %d\n", semop(semaphores, &give, 1));
  ssize_t length = msgrcv(queue, &message, sizeof message.text, 4, 0);
  printf("received %zd %s, words %d %d\n", length, message.text, words[1], again[1]);
  wait(NULL);
  struct semid_ds set;
  memset(&set, 0, sizeof set);
  semctl(semaphores, 0, IPC_STAT, (union semun){.buf = &set});
  struct shmid_ds segment;
  shmctl(memory, IPC_STAT, &segment);
  printf("set of %d, segment of %zu, attached %d\n", (int)set.sem_nsems, segment.shm_segsz, (int)segment.shm_nattch);
  semctl(semaphores, 0, GETALL, (union semun){.array = values});
  printf("values %d %d %d\n", values[0], values[1], semctl(semaphores, 2, GETVAL));
  struct timespec soon = {0, 1000000};
  struct sembuf take = {0, -1, 0};
  int result = semtimedop(semaphores, &take, 1, &soon);
  printf("timed %d %s\n", result, strerror(errno));
  result = shmdt(again);
  int second = shmdt(again);
  printf("detached %d %d %s\n", result, second, strerror(errno));
  shmctl(memory, IPC_STAT, &segment);
  printf("attached %d\n", (int)segment.shm_nattch);
  result = msgrcv(queue, &message, 1, 0, IPC_NOWAIT);
  printf("empty %d %s\n", result, strerror(errno));
  printf("removed %d %d", shmctl(memory, IPC_RMID, NULL), semctl(semaphores, 0, IPC_RMID));
  printf(" %d\n", msgctl(queue, IPC_RMID, NULL));
  return 0;
}
