using System.Runtime.Versioning;
using MetaGrains.Warehouse.Local;
using Npgsql;

namespace MetaGrains.Warehouse.Tests.Local;

[UnsupportedOSPlatform("windows")]
public sealed class LocalPostgresFolderTests
{
    [Fact]
    public async Task Two_state_folders_have_two_servers_each_with_a_password_of_its_own()
    {
        await using var state = StateFolder.Create("with space", "o'brien, x");
        await using var other = StateFolder.Create();
        await using var mine = await state.StartAsync();
        await using var theirs = await other.StartAsync();
        var (url, foreign) = (DatabaseUrl.Parse(mine.DatabaseUrl("postgres")), DatabaseUrl.Parse(theirs.DatabaseUrl("postgres")));

        Assert.NotEqual(url.Port, foreign.Port);
        Assert.True(mine.Started && theirs.Started);
        Assert.True(await StateFolder.IsUpAsync(mine.DatabaseUrl("postgres")));
        Assert.True(await StateFolder.IsUpAsync(theirs.DatabaseUrl("postgres")));
        // The one's password does not open the other.
        foreign.Password = url.Password;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => StateFolder.ScalarAsync<int>(DatabaseUrl.Format(foreign), "select 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
        foreach (var folder in new[] { state, other })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Server, "password")));
            Assert.False(File.Exists(Path.Combine(folder.Server, "password.initdb")));
        }
    }

    [Fact]
    public async Task An_initialisation_that_was_interrupted_is_begun_anew()
    {
        await using var state = StateFolder.Create();
        // A start that was killed before it handed its folder over …
        Directory.CreateDirectory(state.Server);
        await using (await state.StartAsync())
        {
        }

        // … and one that was killed just before the finished cluster took its place.
        Directory.Move(Path.Combine(state.Server, "data"), Path.Combine(state.Server, "data.new"));
        await File.WriteAllTextAsync(Path.Combine(state.Server, "password.initdb"), "left over");

        await using var server = await state.StartAsync();

        Assert.True(await StateFolder.IsUpAsync(server.DatabaseUrl("postgres")));
        Assert.False(Directory.Exists(Path.Combine(state.Server, "data.new")));
        Assert.False(File.Exists(Path.Combine(state.Server, "password.initdb")));
    }

    [Fact]
    public async Task A_start_that_is_cancelled_at_any_moment_leaves_nothing_running_and_nothing_in_the_way()
    {
        await using var state = StateFolder.Create();
        foreach (var milliseconds in new[] { 0, 100, 500, 1000, 1500, 2000 })
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);
            try
            {
                await (await LocalPostgres.StartAsync(state.Options, stop.Token)).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                // That was the moment.
            }

            Assert.False(File.Exists(Path.Combine(state.Server, "data", "postmaster.pid")));
            Assert.False(File.Exists(Path.Combine(state.Server, "password.initdb")));
        }

        await using var server = await state.StartAsync();
        Assert.True(await StateFolder.IsUpAsync(server.DatabaseUrl("postgres")));
    }

    [RootFact]
    public async Task Below_a_folder_that_is_closed_to_its_account_the_server_lives_in_var_tmp_behind_a_link()
    {
        await using var state = StateFolder.CreateClosed();
        string url;
        await using (var server = await state.StartAsync())
        {
            url = server.DatabaseUrl("postgres");
            Assert.StartsWith("/var/tmp/metagrains-", state.Place, StringComparison.Ordinal);
            Assert.Equal(Path.Combine(state.Place, "data"), await StateFolder.ScalarAsync<string>(url, "show data_directory"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(state.Place));
            await StateFolder.ScalarAsync<int>(url, "create table kept (n integer); insert into kept values (42); select n from kept");
            await using var joined = await state.StartAsync();
            Assert.False(joined.Started);
        }

        var place = state.Place;
        await using (await state.StartAsync())
        {
            Assert.Equal(place, state.Place);
            Assert.Equal(42, await StateFolder.ScalarAsync<int>(url, "select n from kept"));
        }

        // Somebody sweeps /var/tmp: the link leads nowhere, and the next start begins anew.
        Directory.Delete(place, recursive: true);
        await using var anew = await state.StartAsync();
        Assert.NotEqual(place, state.Place);
        Assert.True(await StateFolder.IsUpAsync(anew.DatabaseUrl("postgres")));
    }

    [Fact]
    public async Task A_file_where_the_state_folder_should_be_is_told_in_one_line()
    {
        await using var state = StateFolder.Create("file");
        await File.WriteAllTextAsync(state.Path, "");

        var refused = await Assert.ThrowsAsync<LocalPostgresException>(state.StartAsync);

        AssertOneLine(refused, $"{state.Path} cannot be written");
        Assert.False(await LocalPostgres.StopAsync(state.Options, default));
    }

    [Fact]
    public async Task A_file_where_the_servers_folder_should_be_is_told_in_one_line()
    {
        await using var state = StateFolder.Create();
        await File.WriteAllTextAsync(state.Server, "");

        AssertOneLine(await Assert.ThrowsAsync<LocalPostgresException>(state.StartAsync), $"{state.Path} cannot be written");
    }

    [Fact]
    public async Task A_lock_that_cannot_be_taken_for_good_is_told_in_one_line()
    {
        await using var state = StateFolder.Create();
        var turn = Path.Combine(state.Path, "postgres.turn");
        Directory.CreateDirectory(turn);
        try
        {
            AssertOneLine(await Assert.ThrowsAsync<LocalPostgresException>(state.StartAsync), $"{state.Path} cannot be written");
            Assert.False(Directory.Exists(state.Server));
        }
        finally
        {
            Directory.Delete(turn);
        }
    }

    [RootFact]
    public async Task A_servers_folder_of_somebody_else_is_told_in_one_line()
    {
        await using var state = StateFolder.Create();
        Directory.CreateDirectory(Path.Combine(state.Server, "theirs"));

        AssertOneLine(await Assert.ThrowsAsync<LocalPostgresException>(state.StartAsync), "cannot be written by the account that PostgreSQL runs under");
    }

    private static void AssertOneLine(Exception refused, string says)
    {
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
