using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace UwsgiIt.Fuzz;

/// <summary>
/// How much of its code a target's inputs reach: branch points that were passed, of all in the methods and the types that the target comes to. For assemblies that the
/// sharpfuzz tool has instrumented with SHARPFUZZ_ENABLE_ON_BRANCH_CALLBACK.
/// </summary>
internal static class PointCoverage
{
    // ldc.i4 of the point's number, ldstr of its method's name, callvirt of Trace.OnBranch: the tool's words for a point.
    private const byte LoadNumber = 0x20;
    private const byte LoadText = 0x72;
    private const byte CallVirtual = 0x6f;
    private const int PointBytes = 11;

    /// <summary>Points passed by these inputs, all points of the methods that they are in, and of the types.</summary>
    public static (int Passed, int OfMethods, int OfTypes) Measure(FuzzTarget target, IEnumerable<byte[]> inputs, ILookup<string, (string Method, int Number)> points)
    {
        var passed = new HashSet<(string Method, int Number)>();
        Trace.OnBranch = (number, method) =>
        {
            lock (passed)
            {
                passed.Add((method, number));
            }
        };
        foreach (var input in inputs)
        {
            target.Run(input);
        }

        Trace.OnBranch = static (_, _) => { };
        var methods = passed.Select(static point => point.Method).ToHashSet();
        var all = methods.Select(TypeOf).Distinct().SelectMany(type => points[type]).ToList();
        return (passed.Count, all.Count(point => methods.Contains(point.Method)), all.Count);
    }

    /// <summary>Every point of the assemblies beside us, by type.</summary>
    public static ILookup<string, (string Method, int Number)> Find(string directory)
    {
        var points = new HashSet<(string Method, int Number)>();
        foreach (var file in Directory.GetFiles(directory, "*.dll").Where(static file => Path.GetFileName(file).StartsWith("uwsgiit", StringComparison.OrdinalIgnoreCase)))
        {
            using var assembly = new PEReader(File.OpenRead(file));
            var reader = assembly.GetMetadataReader();
            foreach (var method in reader.MethodDefinitions.Select(reader.GetMethodDefinition).Where(static method => method.RelativeVirtualAddress != 0))
            {
                Collect(reader, assembly.GetMethodBody(method.RelativeVirtualAddress).GetILBytes(), points);
            }
        }

        return points.ToLookup(static point => TypeOf(point.Method));
    }

    private static void Collect(MetadataReader reader, ReadOnlySpan<byte> code, HashSet<(string Method, int Number)> points)
    {
        for (var at = 0; at + PointBytes <= code.Length; at++)
        {
            if (code[at] == LoadNumber && code[at + 5] == LoadText && code[at + 10] == CallVirtual && MetadataTokens.Handle(MemoryMarshal.Read<int>(code[(at + 6)..])) is { Kind: HandleKind.UserString } text)
            {
                points.Add((reader.GetUserString((UserStringHandle)text), MemoryMarshal.Read<int>(code[(at + 1)..])));
                at += PointBytes - 1;
            }
        }
    }

    // "System.Void A.B/C::D(…)": closures and state machines belong to the type that they were written in.
    private static string TypeOf(string method)
    {
        var name = method[..Math.Max(0, method.IndexOf("::", StringComparison.Ordinal))];
        name = name[(name.LastIndexOf(' ') + 1)..];
        var inner = name.IndexOf("/<", StringComparison.Ordinal);
        return inner < 0 ? name : name[..inner];
    }
}
