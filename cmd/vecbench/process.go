package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// serverProcess is this program as a server.
type serverProcess struct {
	cmd     *osexec.Cmd
	address string
}

func startServer(dir, profile string) (*serverProcess, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := osexec.Command(program, "serve", "--data", dir, "--profile", profile)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &serverProcess{cmd: cmd}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server did not start: %w", err), p.stop())
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

// stop has the server end in an orderly way and waits for that.
func (p *serverProcess) stop() error {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return p.cmd.Wait()
}

// kill ends the server at once. That it did not end well is no error.
func (p *serverProcess) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// memory of a process, in bytes; 0 where the system does not tell.
type memory struct {
	resident  int64 // now
	anonymous int64 // of that, what is no file
	peak      int64 // the most that was resident since resetPeak
}

func (p *serverProcess) memory() memory { return memoryOf(p.cmd.Process.Pid) }

func memoryOf(pid int) (m memory) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return m
	}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(line, ":")
		to := map[string]*int64{"VmRSS": &m.resident, "RssAnon": &m.anonymous, "VmHWM": &m.peak}[name]
		if to == nil {
			continue
		}
		kib, _ := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
		*to = kib << 10
	}
	return m
}

// resetPeak forgets the peak so far, where the system lets it.
func (p *serverProcess) resetPeak() {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)
}

// processorTime is what the server has used so far, as far as its threads are
// still there; Go keeps them.
func (p *serverProcess) processorTime() time.Duration { return processorTimeOf(p.cmd.Process.Pid) }

func processorTimeOf(pid int) (sum time.Duration) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, thread := range threads {
		b, err := os.ReadFile(thread)
		if err != nil {
			continue
		}
		used, _, _ := strings.Cut(string(b), " ")
		n, _ := strconv.ParseInt(used, 10, 64)
		sum += time.Duration(n)
	}
	return sum
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
