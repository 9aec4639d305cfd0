using System.Text.Json;

namespace MetaGrains.EndToEnd.Tests;

/// <summary>The simulator as a process of its own.</summary>
public sealed class GraphSimProcessTests
{
    [Fact]
    public async Task It_says_where_it_is_serves_accounts_and_ends_on_sigterm_with_success()
    {
        using var start = new System.Diagnostics.Process
        {
            StartInfo = new("dotnet")
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                ArgumentList = { Path.Combine(AppContext.BaseDirectory, "MetaGrains.Cli.dll"), "graph-sim", "--accounts", "2", "--urls", "http://127.0.0.1:0", "--json" },
            },
        };
        start.StartInfo.RedirectStandardError = true;
        start.Start();
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            using var ready = JsonDocument.Parse((await start.StandardOutput.ReadLineAsync(deadline.Token))!);
            using var http = new HttpClient { BaseAddress = new Uri(ready.RootElement.GetProperty("url").GetString()!) };
            http.DefaultRequestHeaders.Authorization = new("Bearer", ready.RootElement.GetProperty("access_token").GetString());
            using var accounts = JsonDocument.Parse(await http.GetStringAsync(new Uri("v25.0/me/adaccounts?fields=name", UriKind.Relative), deadline.Token));
            Assert.Equal(2, accounts.RootElement.GetProperty("data").GetArrayLength());

            using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", $"{start.Id}"]);
            await start.WaitForExitAsync(deadline.Token);
            Assert.Equal(0, start.ExitCode);
        }
        finally
        {
            if (!start.HasExited)
                start.Kill();
        }
    }
}
