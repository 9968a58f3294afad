"""Terminals, attributes, limits and sockets from Python: only what is the same on every run."""
import fcntl, os, pty, resource, select, socket, struct, sys, termios

m, s = pty.openpty()
print(os.ttyname(s).startswith('/dev/pts/'), os.isatty(s), os.isatty(sys.stdin.fileno()))
a = termios.tcgetattr(s)
a[3] &= ~termios.ECHO
termios.tcsetattr(s, termios.TCSANOW, a)
print(termios.tcgetattr(s)[3] & termios.ECHO, a[6][termios.VMIN])
fcntl.ioctl(s, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
print(struct.unpack('HHHH', fcntl.ioctl(s, termios.TIOCGWINSZ, b'\0' * 8)), os.get_terminal_size(s))
os.write(m, b'line\n')
print(os.read(s, 100))
with open('x', 'w') as f:
    f.write('abc' * 1000)
os.setxattr('x', 'user.a', b'v')
print(os.getxattr('x', 'user.a'), os.listxattr('x'))
os.removexattr('x', 'user.a')
print([e.name for e in os.scandir('.')], os.statvfs('.').f_namemax, os.path.getsize('x'))
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE))
server = socket.create_server(('::1', 0), family=socket.AF_INET6)
client = socket.create_connection(server.getsockname()[:2])
peer, address = server.accept()
client.sendall(b'x' * 100000)
client.close()
total = 0
while piece := peer.recv(65536):
    total += len(piece)
print(total, address[0], select.select([server], [], [], 0))
a, b = socket.socketpair()
print(socket.send_fds(a, [b'fd'], [s]), os.isatty(socket.recv_fds(b, 10, 2)[1][0]))
r, w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
print(os.write(w, b'y' * 100000), os.get_inheritable(r), fcntl.fcntl(r, fcntl.F_GETPIPE_SZ))
try:
    os.write(w, b'z')
except BlockingIOError as error:
    print(error)
with select.epoll() as epoll:
    epoll.register(r, select.EPOLLIN | select.EPOLLET)
    print(epoll.poll(1) == [(r, select.EPOLLIN)], epoll.poll(0))
print(os.uname().machine, os.cpu_count(), os.getpriority(os.PRIO_PROCESS, 0), os.getgroups())
