namespace MetaGrains.Warehouse.Local;

/// <summary>Settings of a private server, as options of <c>postgres</c>.</summary>
internal static class ServerSettings
{
    public static string CommandLine(int port, string? socketFolder, bool durable)
    {
        List<string> settings =
        [
            $"port={port}",
            "listen_addresses=127.0.0.1",
            $"unix_socket_directories={socketFolder}",
            "max_connections=200",
            "shared_buffers=256MB",
            "max_wal_size=4GB",
            "checkpoint_completion_target=0.9",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_min_messages=warning",
        ];
        if (!durable)
            settings.AddRange(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
        return string.Join(' ', settings.Select(setting => $"-c '{setting}'"));
    }
}
