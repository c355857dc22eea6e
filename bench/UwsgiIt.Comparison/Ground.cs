using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace UwsgiIt.Comparison;

/// <summary>What all subjects share: a folder, the cheap upstream with its addresses, and certificates for <c>bench.example</c>.</summary>
internal sealed class Ground : IDisposable
{
    public const string Host = "bench.example";

    private readonly ProcessTree _backend;

    public Ground()
    {
        Folder = Directory.CreateTempSubdirectory("uwsgiit-bench-").FullName;

        // Workers of the peers run as users of their own.
        System.IO.File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        HttpBackend = $"127.0.0.1:{ListeningPort.Free()}";
        UwsgiBackend = File("uwsgi.sock");
        FastCgiBackend = File("fastcgi.sock");
        _backend = new ProcessTree(File("backend.log"), "dotnet", [Binary("UwsgiIt.Backend", "UwsgiIt.Backend.dll"), "--http", HttpBackend, "--uwsgi", UwsgiBackend, "--fastcgi", FastCgiBackend]);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("ecdsa", new CertificateRequest($"CN={Host}", ecdsa, HashAlgorithmName.SHA256), ecdsa.ExportPkcs8PrivateKeyPem());
        using var rsa = RSA.Create(2048);
        Write("rsa", new CertificateRequest($"CN={Host}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), rsa.ExportPkcs8PrivateKeyPem());
    }

    public static int Cores => Environment.ProcessorCount;

    public string Folder { get; }

    public string HttpBackend { get; }

    public string UwsgiBackend { get; }

    public string FastCgiBackend { get; }

    /// <summary>The repository's root: where the solution is.</summary>
    public static string Root { get; } = FindRoot();

    public string File(string name) => Path.Combine(Folder, name);

    public static string Binary(string project, string file) => Path.Combine(Root, "bench", project, "bin/Release/net10.0", file);

    public Task ReadyAsync() => ListeningPort.OwnedByAsync(_backend, IPEndPoint.Parse(HttpBackend).Port, "the upstream");

    public void Dispose()
    {
        _backend.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "UwsgiIt.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("UwsgiIt.sln is in no folder above this program.");
    }

    private void Write(string name, CertificateRequest request, string key)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var pem = certificate.ExportCertificatePem();
        System.IO.File.WriteAllText(File(name + ".crt"), pem + "\n");
        System.IO.File.WriteAllText(File(name + ".key"), key + "\n");

        // haproxy wants both in one file.
        System.IO.File.WriteAllText(File(name + ".pem"), pem + "\n" + key + "\n");
    }
}
