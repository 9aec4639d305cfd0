using System.Diagnostics;
using MetaGrains.Cli.Hosting;
using MetaGrains.Cli.Output;
using MetaGrains.Cli.Tests.Support;
using MetaGrains.Testing;

namespace MetaGrains.Cli.Tests.Hosting;

/// <summary>Processes that a verb starts: ready, dead before, never ready, and left alone.</summary>
public sealed class HostProcessTests : IDisposable
{
    private readonly EmptyCheckout _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_child_is_ready_when_it_says_so_and_stops_when_it_is_let_go()
    {
        await using var host = await HostProcess.StartAsync(Shell("""echo not yet; echo '{"ready":true,"url":"http://x"}'; cat >/dev/null; echo bye >&2"""), default);

        Assert.Equal("http://x", host.Ready.GetProperty("url").GetString());
        Assert.False(host.Ended.IsCompleted);

        await host.DisposeAsync();

        Assert.True(host.Ended.IsCompletedSuccessfully);
        Assert.Equal("bye\n", await File.ReadAllTextAsync(Log));
    }

    [Fact]
    public async Task A_child_that_dies_before_it_is_ready_is_told_with_its_last_lines()
    {
        var died = await Assert.ThrowsAsync<CliException>(() => HostProcess.StartAsync(Shell("echo first >&2; echo the disk is on fire >&2; exit 70"), default));

        Assert.Equal(3, died.ExitCode);
        Assert.Contains("silo ended before it was ready with exit code 70", died.Message, StringComparison.Ordinal);
        Assert.Contains("the disk is on fire", died.Message, StringComparison.Ordinal);
        Assert.Contains(Log, died.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_child_that_says_in_one_line_what_it_lacks_is_repeated_with_its_exit_code(int exit)
    {
        var died = await Assert.ThrowsAsync<CliException>(() => HostProcess.StartAsync(Shell($"echo 'metagrains: ENCRYPTION_KEY is not set' >&2; exit {exit}"), default));

        Assert.Equal((exit, "silo: metagrains: ENCRYPTION_KEY is not set"), (died.ExitCode, died.Message));
    }

    [Fact]
    public async Task A_child_that_never_gets_ready_is_given_up_and_is_gone()
    {
        var command = Shell("echo $$ >&2; echo waiting for Godot >&2; exec sleep 600") with { ReadyWithin = TimeSpan.FromMilliseconds(400) };

        var late = await Assert.ThrowsAsync<CliException>(() => HostProcess.StartAsync(command, default));

        Assert.Equal(3, late.ExitCode);
        Assert.Contains("waiting for Godot", late.Message, StringComparison.Ordinal);
        await GoneAsync(int.Parse((await File.ReadAllLinesAsync(Log))[0]));
    }

    [Fact]
    public async Task A_start_that_is_cancelled_leaves_no_child()
    {
        using var cancel = new CancellationTokenSource();
        var starting = HostProcess.StartAsync(Shell("echo $$ >&2; cat >/dev/null"), cancel.Token);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(Log) && File.ReadAllText(Log).Contains('\n', StringComparison.Ordinal)), "the child runs");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        await GoneAsync(int.Parse((await File.ReadAllLinesAsync(Log))[0]));
    }

    [Fact]
    public async Task Only_lines_of_this_start_are_told()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
        await File.WriteAllTextAsync(Log, "an old complaint\n");

        var died = await Assert.ThrowsAsync<CliException>(() => HostProcess.StartAsync(Shell("echo a new one >&2; exit 1"), default));

        Assert.Contains("a new one", died.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("old", died.Message, StringComparison.Ordinal);
    }

    /// <summary>graph-sim is a host as the others are: killed with SIGKILL, its parent cannot stop it.</summary>
    [Fact]
    public async Task A_child_whose_parent_is_killed_ends_by_itself()
    {
        using var parent = new Process
        {
            StartInfo = new("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true },
        };
        // The shell holds the child's standard input by a pipe, as a verb does.
        var program = Path.Combine(AppContext.BaseDirectory, "MetaGrains.Cli.dll");
        parent.StartInfo.ArgumentList.Add("-c");
        parent.StartInfo.ArgumentList.Add($"mkfifo {_folder.Path}/in; dotnet {program} graph-sim --urls http://127.0.0.1:0 --json --stop-with-stdin <{_folder.Path}/in & echo $!; exec 3>{_folder.Path}/in; exec cat >/dev/null");
        parent.Start();
        var child = int.Parse((await parent.StandardOutput.ReadLineAsync())!);
        Assert.Contains("\"ready\":true", (await parent.StandardOutput.ReadLineAsync())!, StringComparison.Ordinal);

        parent.Kill();

        await GoneAsync(child);
    }

    private string Log => Path.Combine(_folder.Path, "logs", "silo.log");

    private HostCommand Shell(string script) => new("silo", ["/bin/sh", "-c", script], new Dictionary<string, string?>(), Log);

    private static Task GoneAsync(int process) => Eventually.TrueAsync(() => Task.FromResult(!Directory.Exists($"/proc/{process}") && !Runs(process)), $"process {process} is gone");

    private static bool Runs(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
