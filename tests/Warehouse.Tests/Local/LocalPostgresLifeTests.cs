using MetaGrains.Warehouse.Local;

namespace MetaGrains.Warehouse.Tests.Local;

public sealed class LocalPostgresLifeTests
{
    [Fact]
    public async Task Of_several_that_start_at_once_one_starts_the_others_join_and_the_last_to_leave_stops_it()
    {
        await using var state = StateFolder.Create();
        var users = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(state.StartAsync)));
        var url = users[0].DatabaseUrl("postgres");

        Assert.Single(users, user => user.Started);
        Assert.Single(users.Select(user => user.DatabaseUrl("postgres")).Distinct());
        Assert.InRange(users[0].MajorVersion, PostgresBinaries.OldestMajor, 99);
        foreach (var user in users[..^1])
        {
            await user.DisposeAsync();
            Assert.True(await StateFolder.IsUpAsync(url));
        }

        await users[^1].DisposeAsync();
        Assert.False(await StateFolder.IsUpAsync(url));
        Assert.False(File.Exists(Path.Combine(state.Server, "data", "postmaster.pid")));
        await users[^1].DisposeAsync();
    }

    [Fact]
    public async Task Data_and_port_survive_a_restart_and_the_server_keeps_to_its_folder()
    {
        await using var state = StateFolder.Create();
        string first;
        await using (var server = await state.StartAsync())
        {
            await server.EnsureDatabaseAsync("it's \"mine\"", default);
            await server.EnsureDatabaseAsync("it's \"mine\"", default);
            first = server.DatabaseUrl("it's \"mine\"");
            await StateFolder.ScalarAsync<int>(first, "create table kept (n integer); insert into kept values (42); select n from kept");
            Assert.Equal(Path.Combine(state.Server, "data"), await StateFolder.ScalarAsync<string>(first, "show data_directory"));
            Assert.Equal(Path.Combine(state.Server, "run"), await StateFolder.ScalarAsync<string>(first, "show unix_socket_directories"));
            Assert.Equal("127.0.0.1", await StateFolder.ScalarAsync<string>(first, "show listen_addresses"));
            Assert.Contains(Directory.EnumerateFileSystemEntries(Path.Combine(state.Server, "run")), file => Path.GetFileName(file).StartsWith(".s.PGSQL.", StringComparison.Ordinal));
            Assert.True(File.Exists(Path.Combine(state.Server, "server.log")));
        }

        await using var again = await state.StartAsync();

        Assert.True(again.Started);
        Assert.Equal(first, again.DatabaseUrl("it's \"mine\""));
        Assert.Equal(42, await StateFolder.ScalarAsync<int>(first, "select n from kept"));
    }

    [Fact]
    public async Task A_port_that_somebody_else_took_meanwhile_is_given_up()
    {
        await using var state = StateFolder.Create();
        string first;
        await using (var server = await state.StartAsync())
            first = server.DatabaseUrl("postgres");
        using var somebody = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, DatabaseUrl.Parse(first).Port);
        somebody.Start();

        await using var again = await state.StartAsync();

        Assert.NotEqual(DatabaseUrl.Parse(first).Port, DatabaseUrl.Parse(again.DatabaseUrl("postgres")).Port);
        Assert.True(await StateFolder.IsUpAsync(again.DatabaseUrl("postgres")));
    }

    [Fact]
    public async Task A_server_that_is_kept_stays_until_it_is_stopped_and_not_before_its_users_have_left()
    {
        await using var state = StateFolder.Create();
        Assert.False(await LocalPostgres.StopAsync(state.Options, default));
        var server = await state.StartAsync();
        var url = server.DatabaseUrl("postgres");
        server.Keep();
        await server.DisposeAsync();
        Assert.True(await StateFolder.IsUpAsync(url));

        await using (var user = await state.StartAsync())
        {
            Assert.False(user.Started);
            user.Keep();
            var refused = await Assert.ThrowsAsync<LocalPostgresException>(() => LocalPostgres.StopAsync(state.Options, default));
            Assert.Contains("Another process of this checkout uses the server", refused.Message, StringComparison.Ordinal);
            Assert.True(await StateFolder.IsUpAsync(url));
            user.Keep();
        }

        Assert.True(await StateFolder.IsUpAsync(url));
        Assert.True(await LocalPostgres.StopAsync(state.Options, default));
        Assert.False(await StateFolder.IsUpAsync(url));
        Assert.False(await LocalPostgres.StopAsync(state.Options, default));
    }
}
