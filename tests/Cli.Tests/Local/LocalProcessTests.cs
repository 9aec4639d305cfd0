using System.Diagnostics;
using MetaGrains.Cli.Local;
using MetaGrains.Cli.Tests.Support;

namespace MetaGrains.Cli.Tests.Local;

/// <summary>What <c>down</c> does to the processes that were written down.</summary>
public sealed class LocalProcessTests
{
    [Fact]
    public async Task A_process_is_found_again_and_ends_when_it_is_asked_to()
    {
        using var sleeper = Process.Start("sleep", "600");
        var written = Written(sleeper);

        Assert.True(written.IsAlive());
        Assert.True(await written.StopAsync(TimeSpan.FromSeconds(20), default));

        Assert.True(sleeper.HasExited);
        Assert.False(written.IsAlive());
        Assert.False(await written.StopAsync(TimeSpan.FromSeconds(20), default));
    }

    [Fact]
    public async Task One_that_does_not_listen_is_ended()
    {
        using var deaf = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "trap '' TERM; echo up; while :; do sleep 0.2; done" }, RedirectStandardOutput = true, UseShellExecute = false })!;
        await deaf.StandardOutput.ReadLineAsync();

        Assert.True(await Written(deaf).StopAsync(TimeSpan.FromMilliseconds(300), default));

        await deaf.WaitForExitAsync();
        Assert.Equal(137, deaf.ExitCode);
    }

    [Fact]
    public async Task A_process_that_has_got_the_number_of_another_is_left_alone()
    {
        using var other = Process.Start("sleep", "600");
        var written = Written(other) with { StartedAt = new DateTimeOffset(other.StartTime).AddMinutes(-5) };

        Assert.False(await written.StopAsync(TimeSpan.FromSeconds(1), default));

        Assert.False(other.HasExited);
        other.Kill();
    }

    [Fact]
    public async Task Down_stops_what_was_written_down_and_forgets_it()
    {
        using var folder = new EmptyCheckout();
        Directory.CreateDirectory(folder.Checkout.StateDirectory);
        using var api = new Sleeper();
        using var silo = new Sleeper();
        new LocalState(new Uri("http://127.0.0.1:1"), "h:1/d", null, [Written(silo.Process), Written(api.Process)]).Write(folder.Checkout);

        var run = await CliRun.RunAsync(new() { ["METAGRAINS_ROOT"] = folder.Path }, "", "down", "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.True(run.Json.GetProperty("stopped").GetBoolean());
        Assert.True(api.Process.HasExited && silo.Process.HasExited);
        Assert.Null(LocalState.Read(folder.Checkout));
    }

    private static LocalProcess Written(Process process) => new("one", process.Id, new DateTimeOffset(process.StartTime));

    private sealed class Sleeper : IDisposable
    {
        public Process Process { get; } = Process.Start("sleep", "600");

        public void Dispose()
        {
            if (!Process.HasExited)
                Process.Kill();
            Process.Dispose();
        }
    }
}
