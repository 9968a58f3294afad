/* Sockets, messages with descriptors, and waiting for them in every way there is. */
#include "show.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <net/if.h>
#include <time.h>
#include <unistd.h>

static char buffer[256];

static void tcp(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  SHOW(server);
  SHOW(fcntl(server, F_GETFD));
  SHOW(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  SHOW(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, 1));
  SHOW(bind(server, (struct sockaddr *)&address, sizeof address));
  SHOW(bind(server, (struct sockaddr *)&address, 4));
  SHOW(bind(server, (struct sockaddr *)16, sizeof address));
  SHOW(bind(server, (struct sockaddr *)&address, 1000));
  SHOW(listen(server, 5));
  socklen_t length = sizeof address;
  SHOW(getsockname(server, (struct sockaddr *)&address, &length));
  printf("%d %d\n", length, address.sin_port != 0);
  int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  SHOW(connect(client, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS);
  struct sockaddr_in from;
  length = 4;
  int peer = accept4(server, (struct sockaddr *)&from, &length, SOCK_CLOEXEC);
  SHOW(peer);
  printf("%d %d\n", length, from.sin_family);
  SHOW(fcntl(peer, F_GETFD));
  struct pollfd wait = {client, POLLOUT, 0};
  SHOW(poll(&wait, 1, 1000));
  int value = 0;
  length = sizeof value;
  SHOW(getsockopt(client, SOL_SOCKET, SO_ERROR, &value, &length));
  printf("%d %d\n", value, length);
  SHOW(getsockopt(client, SOL_SOCKET, SO_TYPE, &value, &length));
  printf("%d %d\n", value, length);
  SHOW(getsockopt(client, SOL_SOCKET, SO_TYPE, (void *)16, &length));
  SHOW(getsockopt(client, SOL_SOCKET, 9999, &value, &length));
  SHOW(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  struct timeval short_time = {0, 20000};
  SHOW(setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time));
  SHOW(recv(peer, buffer, 10, 0));
  struct linger linger = {1, 0};
  SHOW(setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
  SHOW(send(client, "over tcp", 8, MSG_NOSIGNAL));
  SHOW(recv(peer, buffer, sizeof buffer, MSG_PEEK));
  int available = 0;
  SHOW(ioctl(peer, FIONREAD, &available));
  printf("%d\n", available);
  SHOW(recv(peer, buffer, 4, MSG_WAITALL));
  SHOW(recvfrom(peer, buffer, 40, 0, NULL, NULL));
  SHOW(recv(client, buffer, 10, MSG_DONTWAIT));
  SHOW(shutdown(client, SHUT_WR));
  SHOW(recv(peer, buffer, 10, 0));
  SHOW(getpeername(server, (struct sockaddr *)&from, &length));
  SHOW(accept4(server, NULL, NULL, 12345));
  SHOW(socket(1234, 1, 0));
  SHOW(recv(0x7000, buffer, 1, 0));
  SHOW(recv(timerfd_create(CLOCK_MONOTONIC, 0), buffer, 1, 0));
  close(server), close(client), close(peer);
}

static void udp(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, from;
  int a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET, SOCK_DGRAM, 0);
  SHOW(bind(a, (struct sockaddr *)&address, sizeof address));
  socklen_t length = sizeof address;
  SHOW(getsockname(a, (struct sockaddr *)&address, &length));
  SHOW(sendto(b, "first", 5, 0, (struct sockaddr *)&address, sizeof address));
  SHOW(sendto(b, "none", 4, 0, (struct sockaddr *)16, sizeof address));
  length = sizeof from;
  SHOW(recvfrom(a, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length));
  printf("%.5s %d %d\n", buffer, length, from.sin_addr.s_addr == address.sin_addr.s_addr);
  struct iovec vectors[3][2];
  struct mmsghdr messages[3];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < 3; i++) {
    vectors[i][0] = (struct iovec){"message ", 8};
    vectors[i][1] = (struct iovec){&"012"[i], 1};
    messages[i].msg_hdr = (struct msghdr){.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = vectors[i], .msg_iovlen = 2};
  }
  SHOW(sendmmsg(b, messages, 3, 0));
  printf("%d %d\n", messages[0].msg_len, messages[2].msg_len);
  char texts[3][20];
  for (int i = 0; i < 3; i++) {
    vectors[i][0] = (struct iovec){texts[i], 5};
    vectors[i][1] = (struct iovec){texts[i] + 5, 3 + i};
    messages[i].msg_hdr = (struct msghdr){.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = vectors[i], .msg_iovlen = 2};
  }
  struct timespec time = {1, 0};
  SHOW(recvmmsg(a, messages, 3, MSG_WAITFORONE, &time));
  for (int i = 0; i < 3; i++) {
    printf("%.*s %d %d\n", (int)messages[i].msg_len, texts[i], messages[i].msg_hdr.msg_flags, messages[i].msg_hdr.msg_namelen);
  }
  SHOW(recvmmsg(a, messages, 3, MSG_DONTWAIT, NULL));
  SHOW(sendmsg(b, (void *)16, 0));
  messages[0].msg_hdr.msg_iovlen = 5000;
  SHOW(sendmsg(b, &messages[0].msg_hdr, 0));
  struct sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  struct sock_fprog program = {1, nothing};
  SHOW(setsockopt(a, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
  SHOW(sendto(b, "filtered", 8, 0, (struct sockaddr *)&address, sizeof address));
  SHOW(recv(a, buffer, 10, MSG_DONTWAIT));
  struct ifreq interface = {.ifr_name = "lo"};
  SHOW(ioctl(a, SIOCGIFADDR, &interface));
  printf("%s\n", inet_ntoa(((struct sockaddr_in *)&interface.ifr_addr)->sin_addr));
  close(a), close(b);
}

static void rights(void) {
  int pair[2];
  SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
  SHOW(fcntl(pair[1], F_GETFD));
  int pipes[2];
  SHOW(pipe(pipes));
  union { char bytes[CMSG_SPACE(3 * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))]; struct cmsghdr align; } control;
  memset(&control, 0, sizeof control);
  struct iovec vector = {"rights", 6};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(2 * sizeof(int))};
  struct cmsghdr *c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = SOL_SOCKET, c->cmsg_type = SCM_RIGHTS, c->cmsg_len = CMSG_LEN(2 * sizeof(int));
  memcpy(CMSG_DATA(c), pipes, sizeof pipes);
  SHOW(sendmsg(pair[0], &message, 0));
  int bad[2] = {pipes[0], 999};
  memcpy(CMSG_DATA(c), bad, sizeof bad);
  SHOW(sendmsg(pair[0], &message, 0));
  int on = 1;
  SHOW(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
  vector = (struct iovec){buffer, sizeof buffer};
  memset(&control, 0, sizeof control);
  message = (struct msghdr){.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  SHOW(recvmsg(pair[1], &message, 0));
  printf("%ld flags %d\n", (long)message.msg_controllen, message.msg_flags);
  int got[2] = {-1, -1};
  for (c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
    printf("level %d type %d length %ld\n", c->cmsg_level, c->cmsg_type, (long)c->cmsg_len);
    if (c->cmsg_type == SCM_RIGHTS) memcpy(got, CMSG_DATA(c), sizeof got);
    else printf("own %d\n", ((struct ucred *)CMSG_DATA(c))->pid == getpid());
  }
  printf("%d %d %d\n", got[0], got[1], fcntl(got[0], F_GETFD));
  SHOW(write(got[1], "passed", 6));
  SHOW(read(pipes[0], buffer, 10));
  close(pipes[0]), close(pipes[1]), close(got[0]), close(got[1]), close(pair[0]), close(pair[1]);
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
  int server = socket(AF_UNIX, SOCK_SEQPACKET, 0), client = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  SHOW(connect(client, (struct sockaddr *)&address, sizeof address));
  SHOW(bind(server, (struct sockaddr *)&address, sizeof address));
  SHOW(bind(client, (struct sockaddr *)&address, sizeof address));
  SHOW(listen(server, 1));
  SHOW(connect(client, (struct sockaddr *)&address, sizeof address));
  socklen_t length = sizeof address;
  SHOW(getpeername(client, (struct sockaddr *)&address, &length));
  printf("%d %s\n", length, address.sun_path);
  close(server), close(client);
}

static void waiting(void) {
  int pipes[2], event = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC);
  SHOW(pipe(pipes));
  struct pollfd list[4] = {{pipes[0], POLLIN, 7}, {pipes[1], POLLOUT, 7}, {-3, POLLIN, 7}, {300, POLLIN, 7}};
  SHOW(poll(list, 4, 0));
  printf("%d %d %d %d\n", list[0].revents, list[1].revents, list[2].revents, list[3].revents);
  struct timespec time = {0, 1000000};
  sigset_t none;
  sigemptyset(&none);
  SHOW(ppoll(list, 1, &time, &none));
  SHOW(poll((void *)16, 1, 0));
  fd_set readable, writable;
  FD_ZERO(&readable);
  FD_ZERO(&writable);
  FD_SET(pipes[0], &readable);
  FD_SET(event, &readable);
  FD_SET(pipes[1], &writable);
  SHOW(pselect(20, &readable, &writable, NULL, &time, &none));
  printf("%d %d %d\n", FD_ISSET(pipes[0], &readable) != 0, FD_ISSET(event, &readable) != 0, FD_ISSET(pipes[1], &writable) != 0);
  FD_SET(19, &readable);
  SHOW(pselect(20, &readable, NULL, NULL, &time, NULL));
  SHOW(pselect(-1, NULL, NULL, NULL, &time, NULL));
  SHOW(pselect(0, NULL, NULL, NULL, &time, NULL));
  SHOW(pselect(5, (void *)16, NULL, NULL, &time, NULL));
  uint64_t number = 0;
  SHOW(read(event, &number, 8));
  SHOW(number);
  SHOW(read(event, &number, 8));
  SHOW(read(event, &number, 4));

  int epoll = epoll_create1(EPOLL_CLOEXEC);
  SHOW(fcntl(epoll, F_GETFD));
  struct epoll_event one = {EPOLLIN, {.u64 = 0x123456789abcdef0}}, events[8];
  SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &one));
  SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &one));
  SHOW(epoll_ctl(epoll, EPOLL_CTL_MOD, event, &one));
  one = (struct epoll_event){EPOLLIN | EPOLLET, {.u64 = 42}};
  SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &one));
  SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, 999, &one));
  SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, event, (void *)16));
  SHOW(epoll_wait(epoll, events, 8, 1));
  SHOW(write(pipes[1], "x", 1));
  number = 5;
  SHOW(write(event, &number, 8));
  int count = epoll_wait(epoll, events, 8, 100);
  for (int i = 0; i < count; i++) printf("event %x %llx\n", events[i].events, (unsigned long long)events[i].data.u64);
  SHOW(epoll_pwait(epoll, events, 1, 0, &none));
  SHOW(epoll_wait(epoll, events, 0, 0));
  SHOW(epoll_wait(epoll, (void *)16, 1, 0));
  SHOW(epoll_wait(pipes[0], events, 1, 0));
  SHOW(epoll_ctl(epoll, EPOLL_CTL_DEL, event, NULL));
  SHOW(epoll_ctl(epoll, EPOLL_CTL_DEL, event, NULL));

  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec set = {{0, 0}, {0, 1000000}};
  SHOW(timerfd_settime(timer, 0, &set, NULL));
  struct pollfd wait = {timer, POLLIN, 0};
  SHOW(poll(&wait, 1, 1000));
  SHOW(read(timer, &number, 8));
  SHOW(number);
  SHOW(timerfd_gettime(timer, &set));
  SHOW(set.it_value.tv_nsec);

  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  SHOW(sigprocmask(SIG_BLOCK, &mask, NULL));
  int signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
  struct signalfd_siginfo info;
  SHOW(read(signals, &info, sizeof info));
  SHOW(kill(getpid(), SIGUSR1));
  SHOW(read(signals, &info, sizeof info));
  SHOW(info.ssi_signo);
  SHOW(signalfd(signals, &mask, 0) == signals);

  int notices = inotify_init1(IN_NONBLOCK);
  SHOW(inotify_add_watch(notices, ".", IN_CREATE | IN_DELETE));
  close(open("noticed", O_CREAT | O_WRONLY, 0600));
  unlink("noticed");
  int length = read(notices, buffer, sizeof buffer);
  for (int at = 0; at < length;) {
    struct inotify_event *notice = (struct inotify_event *)(buffer + at);
    printf("notice %x %s\n", notice->mask, notice->name);
    at += sizeof *notice + notice->len;
  }
  SHOW(inotify_rm_watch(notices, 1));
  SHOW(inotify_rm_watch(notices, 77));
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, (void *)16));
}

int main(int argc, char **argv) {
  (void)argc;
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  SHOW(chdir(argv[1]));
  tcp();
  udp();
  rights();
  waiting();
  return 0;
}
