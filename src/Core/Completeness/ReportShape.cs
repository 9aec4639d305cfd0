using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MetaGrains.Core.Insights;

namespace MetaGrains.Core.Completeness;

/// <summary>Names what a report asks: when it changes, numbers differ because the question does.</summary>
public static class ReportShape
{
    /// <summary>64 bits of SHA-256 over level, fields, breakdowns, windows and filters, in any order. Stored data: a change of it marks every next change of a number as <c>shape_changed</c>.</summary>
    public static long Of(InsightsReport report)
    {
        var text = new StringBuilder(report.Level.WireName());
        List('f', report.Fields);
        List('b', report.Breakdowns);
        List('w', report.AttributionWindows);
        List('?', report.Filtering.Select(filter => $"{filter.Field} {filter.Operator} {string.Join(' ', filter.Values.Order(StringComparer.Ordinal))}"));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);

        // The length before each keeps ["a", "b"] apart from ["a b"].
        void List(char kind, IEnumerable<string> values)
        {
            foreach (var value in values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                text.Append('\n').Append(kind).Append(value.Length).Append(':').Append(value);
        }
    }
}
