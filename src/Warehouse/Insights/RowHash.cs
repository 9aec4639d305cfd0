using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MetaGrains.Core.Insights;
using MetaGrains.Core.Sync;

namespace MetaGrains.Warehouse.Insights;

/// <summary>
/// The two hashes of a row: who it is (<see cref="Key"/>, a part of SHA-256, so no tenant can make its row collide with
/// another's) and what it says (<see cref="Content"/>, which is compared with what the same row said before and with
/// nothing else, so that a quick hash will do). Not thread-safe; one per page.
/// </summary>
/// <remarks>The byte layout is stored data: a change of it rewrites every row once.</remarks>
internal sealed class RowHash
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    /// <summary>128 bits over tenant, account, report, level, entity, date and breakdown.</summary>
    public Guid Key(SyncRun run, InsightsReport report, string entityId, in InsightRow row)
    {
        _buffer.ResetWrittenCount();
        run.Account.Tenant.Value.TryWriteBytes(_buffer.GetSpan(16));
        _buffer.Advance(16);
        Number(run.Account.Account.Number);
        Text(report.Name);
        Number((long)report.Level);
        Text(entityId);
        Number(row.Date.DayNumber);
        Text(row.BreakdownKey);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_buffer.WrittenSpan, hash);
        return new Guid(hash[..16]);
    }

    /// <summary>64 bits of XXH3 over everything that Meta can restate. Two versions of one row are compared, so 64 bits are plenty.</summary>
    /// <param name="row">The row.</param>
    /// <param name="incomplete">Fields that could not be fetched; null for none, and then the hash is as if there were no such thing.</param>
    public long Content(in InsightRow row, string[]? incomplete = null)
    {
        _buffer.ResetWrittenCount();
        Text(row.CampaignId);
        Text(row.AdSetId);
        Text(row.AdId);
        Text(row.Currency);
        Text(row.AttributionSetting);
        Number(row.Impressions);
        Number(row.Clicks);
        Number(row.Reach ?? -1);
        Exact(row.Spend);
        Exact(row.Conversions.Purchases);
        Exact(row.Conversions.PurchaseValue);
        Exact(row.Conversions.Leads);
        Exact(row.Conversions.LeadValue);
        Bytes(row.Breakdowns.Span);
        Bytes(row.Actions.Span);
        foreach (var field in incomplete ?? [])
            Text(field);
        return (long)XxHash3.HashToUInt64(_buffer.WrittenSpan);
    }

    private void Number(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(sizeof(long)), value);
        _buffer.Advance(sizeof(long));
    }

    // 14.3 and 14.30 are the same money: the hash is of the number, not of how it was written.
    private void Exact(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(WithoutTrailingZeros(value), bits);
        _buffer.Write(MemoryMarshal.AsBytes(bits));
    }

    // Minus zero is a decimal of its own, and the same money, too.
    internal static decimal WithoutTrailingZeros(decimal value)
    {
        if (value == 0)
            return 0;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var scale = (bits[3] >> 16) & 0xff;
        // Money has few digits: dividing decimals takes twenty times as long.
        if ((bits[1] | bits[2]) != 0)
            return value / 1.000000000000000000000000000000m;
        var digits = (uint)bits[0];
        for (; scale > 0 && digits % 10 == 0; scale--)
            digits /= 10;
        return new decimal((int)digits, 0, 0, bits[3] < 0, (byte)scale);
    }

    // A length before each text keeps ("ab","c") apart from ("a","bc"); -1 keeps null apart from "".
    private void Text(string? value)
    {
        Number(value is null ? -1 : Encoding.UTF8.GetByteCount(value));
        if (value is not null)
            Encoding.UTF8.GetBytes(value, _buffer);
    }

    private void Bytes(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        _buffer.Write(value);
    }
}
