namespace MetaGrains.EndToEnd.Tests;

/// <summary>Reads the recorded answers, independently of the simulator's own reader: no field of those used here is quoted.</summary>
internal static class Csv
{
    public static IEnumerable<IReadOnlyDictionary<string, string>> Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var header = lines[0].Split(',');
        foreach (var line in lines.Skip(1))
        {
            var fields = line.Split(',');
            if (fields.Length != header.Length || line.Contains('"'))
                throw new InvalidDataException($"{path}: a quoted field, which this reader does not know: {line}");
            yield return header.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second);
        }
    }
}
