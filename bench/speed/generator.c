/*
 * A load generator that costs less than any server it loads: one thread, epoll, loopback only, bounded in count and
 * time. Each mode prints one line of JSON; `hold` one for each line it reads. Times are CLOCK_MONOTONIC, as
 * process.hrtime() has it.
 *
 *     generator connect PORT SECONDS INFLIGHT     calls in, hears a greeting (up to its newline), hangs up, again
 *     generator rate PORT SECONDS PER_SECOND      calls in at a fixed rate, whether or not the last was answered
 *     generator echo PORT SECONDS CALLERS         each says a line when the last came back
 *     generator stream PORT MIB                   one caller sends lines of 64 bytes as fast as they go, both ways
 *     generator bytes PORT MIB                    the same with bytes of every value; says the line `bytes` before
 *     generator hold PORT CALLERS                 calls in, says a line each, and stays; `hears` on stdin: until each heard a newline
 *                                                 more; `leaves`: until each was hung up on
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 20000
#define LINE "the quick brown fox jumps over it\r\n"
#define PORTS_PER_ADDRESS 20000

static int epoll, port;
static long long called; /* calls so far, to spread them over the loopback's addresses */
static char buffer[256 * 1024];
static int newlines[MOST * 2];
static int64_t due[MOST * 2];
static int sockets[MOST]; /* of those who stay */

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void die(const char *what) {
  fprintf(stderr, "generator: %s: %s\n", what, strerror(errno));
  exit(1);
}

/* Calls in without waiting for the answer; the socket is watched. */
static int call_in(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0 || fd >= MOST * 2) die("socket");
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  /* A port can't be used again for a minute, so that one address would run out of them. */
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(0x7f000101 + (uint32_t)(called++ / PORTS_PER_ADDRESS % 200));
  if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) die("bind");
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) die("connect");
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = fd};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
  newlines[fd] = 0;
  return fd;
}

static int has_goodbye; /* whether it was in what was read last */
static ssize_t length_read; /* of what was read last */

/* Reads what there is; counts the newlines. -1 when the other end has hung up. */
static int hear(int fd) {
  ssize_t length = read(fd, buffer, sizeof buffer);
  length_read = length > 0 ? length : 0;
  if (length < 0 && errno == EAGAIN) return 0;
  if (length <= 0) return -1;
  int count = 0;
  for (char *at = buffer; (at = memchr(at, '\n', buffer + length - at)); at++) count++;
  newlines[fd] += count;
  has_goodbye = count > 0 && memmem(buffer, length, "Goodbye", 7) != NULL;
  return count;
}

static void lost(void) {
  fprintf(stderr, "generator: hung up on\n");
  exit(1);
}

static int by_size(const void *one, const void *other) {
  int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
  return (a > b) - (a < b);
}

/* Calls in `callers` times, 128 at once, and hears a line from each; says one too and hears it back, if so wished. */
static void gather(int callers, int saying) {
  struct epoll_event events[1024];
  int started = 0, greeted = 0;
  while (greeted < callers) {
    while (started < callers && started - greeted < 128) sockets[started++] = call_in();
    int count = epoll_wait(epoll, events, 1024, 10000);
    if (count <= 0) die("nobody answers");
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd, was = newlines[fd];
      if (hear(fd) < 0) lost();
      if (was == 0 && newlines[fd] > 0) {
        if (saying && write(fd, LINE, sizeof LINE - 1) < 0) die("write");
        if (!saying) greeted++;
      } else if (was > 0 && newlines[fd] > was) greeted++;
    }
  }
}

static void connects(double seconds, int inflight) {
  struct epoll_event events[1024];
  long long done = 0;
  int64_t start = now(), end = start + (int64_t)(seconds * 1e9);
  for (int i = 0; i < inflight; i++) call_in();
  while (now() < end) {
    int count = epoll_wait(epoll, events, 1024, 1000);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      int heard = hear(fd);
      if (heard < 0) lost();
      if (heard == 0) continue;
      close(fd);
      done++;
      call_in();
    }
  }
  printf("{\"count\":%lld,\"seconds\":%f}\n", done, (now() - start) / 1e9);
}

static void rate(double seconds, double per_second) {
  struct epoll_event events[1024];
  int total = (int)(seconds * per_second), started = 0, done = 0;
  int64_t *took = calloc(total, sizeof *took), start = now();
  while (done < total) {
    while (started < total && now() >= start + (int64_t)(started * 1e9 / per_second)) {
      int fd = call_in();
      due[fd] = start + (int64_t)(started * 1e9 / per_second);
      started++;
    }
    int count = epoll_wait(epoll, events, 1024, 0);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      int heard = hear(fd);
      if (heard < 0) lost();
      if (heard == 0) continue;
      took[done++] = now() - due[fd];
      close(fd);
    }
    if (now() > start + (int64_t)((seconds + 20) * 1e9)) die("too slow");
  }
  qsort(took, total, sizeof *took, by_size);
  printf("{\"count\":%d,\"medianUs\":%f,\"p99Us\":%f,\"mostUs\":%f}\n", total, took[total / 2] / 1e3,
         took[(int)(total * 0.99)] / 1e3, took[total - 1] / 1e3);
}

static void echo(double seconds, int callers) {
  struct epoll_event events[1024];
  gather(callers, 0);
  long long done = 0;
  for (int i = 0; i < callers; i++)
    if (write(sockets[i], LINE, sizeof LINE - 1) < 0) die("write");
  int64_t start = now(), end = start + (int64_t)(seconds * 1e9);
  while (now() < end) {
    int count = epoll_wait(epoll, events, 1024, 1000);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      int heard = hear(fd);
      if (heard < 0) lost();
      if (heard == 0) continue;
      done += heard;
      if (write(fd, LINE, sizeof LINE - 1) < 0) die("write");
    }
  }
  printf("{\"count\":%lld,\"seconds\":%f}\n", done, (now() - start) / 1e9);
}

static void stream(double mib, int raw) {
  static char block[64 * 1024];
  for (size_t i = 0; i < sizeof block; i++) block[i] = i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : 'x';
  /* Every value but 255, which telnet doubles. */
  for (size_t i = 0; raw && i < sizeof block; i++) block[i] = i % 255;
  struct epoll_event events[4];
  gather(1, 0);
  int fd = sockets[0];
  newlines[fd] = 0;
  if (raw && write(fd, "bytes\r\n", 7) < 0) die("write");
  while (raw && newlines[fd] == 0) {
    if (epoll_wait(epoll, events, 4, 20000) <= 0) die("nothing comes back");
    if (hear(fd) < 0) lost();
  }
  long long left = (long long)(mib * 1024 * 1024), wanted = raw ? left : left / 64, heard = 0, offset = 0;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.fd = fd};
  epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
  int64_t start = now();
  while (heard < wanted) {
    int count = epoll_wait(epoll, events, 4, 20000);
    if (count <= 0) die("nothing comes back");
    for (int i = 0; i < count; i++) {
      if (events[i].events & EPOLLIN) {
        int more = hear(fd);
        if (more < 0) lost();
        heard += raw ? length_read : more;
      }
      if ((events[i].events & EPOLLOUT) && left > 0) {
        size_t most = sizeof block - offset;
        ssize_t sent = write(fd, block + offset, left < (long long)most ? (size_t)left : most);
        if (sent > 0) left -= sent, offset = (offset + sent) % sizeof block;
        if (left == 0) {
          event.events = EPOLLIN;
          epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
        }
      }
    }
  }
  printf("{\"count\":%lld,\"seconds\":%f}\n", wanted, (now() - start) / 1e9);
}

/* Whether somebody ordered something, and what its first letter is. */
static int order(int wait_ms) {
  struct pollfd in = {.fd = 0, .events = POLLIN};
  if (poll(&in, 1, wait_ms) <= 0) return 0;
  char line[64];
  ssize_t length = read(0, line, sizeof line);
  if (length <= 0) exit(0);
  return line[0];
}

static void hold(int callers) {
  struct epoll_event events[1024];
  gather(callers, 1);
  printf("{\"held\":%d}\n", callers);
  fflush(stdout);
  int what;
  while ((what = order(600000))) {
    int count;
    while ((count = epoll_wait(epoll, events, 1024, 0)) > 0)
      for (int i = 0; i < count; i++) hear(events[i].data.fd);
    memset(newlines, 0, sizeof newlines);
    printf("{\"ready\":true}\n");
    fflush(stdout);
    int done = 0, heard = 0;
    int64_t last = now(), first = 0;
    while (done < callers) {
      count = epoll_wait(epoll, events, 1024, 20000);
      if (count <= 0) break;
      for (int i = 0; i < count; i++) {
        int fd = events[i].data.fd, was = newlines[fd];
        int more = hear(fd);
        if (first == 0) first = now();
        if (what == 'h' && was == 0 && newlines[fd] > 0) done++;
        if (more > 0 && (what == 'h' ? was == 0 : has_goodbye)) heard++;
        if (more < 0) {
          close(fd);
          if (what == 'l') done++;
        }
      }
      last = now();
    }
    printf("{\"done\":%d,\"heard\":%d,\"firstNs\":%lld,\"lastNs\":%lld}\n", done, heard, (long long)first,
           (long long)last);
    fflush(stdout);
  }
}

int main(int count, char **args) {
  if (count < 4) return fprintf(stderr, "generator: see the head of generator.c\n"), 2;
  port = atoi(args[2]);
  const char *mode = args[1];
  double first = atof(args[3]), second = count > 4 ? atof(args[4]) : 0;
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (first > MOST || second > MOST) return fprintf(stderr, "generator: too many\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  epoll = epoll_create1(0);
  if (!strcmp(mode, "connect")) connects(first, (int)second);
  else if (!strcmp(mode, "rate")) rate(first, second);
  else if (!strcmp(mode, "echo")) echo(first, (int)second);
  else if (!strcmp(mode, "stream")) stream(first, 0);
  else if (!strcmp(mode, "bytes")) stream(first, 1);
  else if (!strcmp(mode, "hold")) hold((int)first);
  else return fprintf(stderr, "generator: no mode %s\n", mode), 2;
  return 0;
}
