using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UwsgiIt.Api.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AuditEntries",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Unix = table.Column<long>(type: "INTEGER", nullable: false),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: true),
                    Actor = table.Column<string>(type: "TEXT", nullable: false),
                    Address = table.Column<string>(type: "TEXT", nullable: true),
                    Call = table.Column<string>(type: "TEXT", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", nullable: false),
                    ObjectId = table.Column<long>(type: "INTEGER", nullable: false),
                    Action = table.Column<string>(type: "TEXT", nullable: false),
                    Before = table.Column<string>(type: "TEXT", nullable: true),
                    After = table.Column<string>(type: "TEXT", nullable: true),
                    RequestId = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AuditEntries", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Authorities",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Certificate = table.Column<string>(type: "TEXT", nullable: false),
                    PrivateKey = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Authorities", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Changes",
                columns: table => new
                {
                    Version = table.Column<long>(type: "INTEGER", nullable: false),
                    Transaction = table.Column<long>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", nullable: false),
                    ObjectId = table.Column<long>(type: "INTEGER", nullable: false),
                    Action = table.Column<string>(type: "TEXT", nullable: false),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: true),
                    ServerId = table.Column<int>(type: "INTEGER", nullable: true),
                    Agents = table.Column<int>(type: "INTEGER", nullable: false),
                    Primary = table.Column<bool>(type: "INTEGER", nullable: false),
                    Unix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Changes", x => x.Version);
                });

            migrationBuilder.CreateTable(
                name: "CollectedFiles",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Filename = table.Column<string>(type: "TEXT", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CollectedFiles", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Customers",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Vat = table.Column<string>(type: "TEXT", nullable: true),
                    Company = table.Column<string>(type: "TEXT", nullable: true),
                    Uuid = table.Column<Guid>(type: "TEXT", nullable: false),
                    PrivateKey = table.Column<string>(type: "TEXT", nullable: false),
                    PublicKey = table.Column<string>(type: "TEXT", nullable: false),
                    KeyUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    AdminNote = table.Column<string>(type: "TEXT", nullable: true),
                    Active = table.Column<bool>(type: "INTEGER", nullable: false),
                    LegacyLogin = table.Column<bool>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Customers", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Datacenters",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Description = table.Column<string>(type: "TEXT", nullable: true),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Datacenters", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Distros",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Path = table.Column<string>(type: "TEXT", nullable: false),
                    Uuid = table.Column<Guid>(type: "TEXT", nullable: false),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Distros", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "IdempotencyKeys",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", nullable: false),
                    RequestHash = table.Column<string>(type: "TEXT", nullable: false),
                    Status = table.Column<int>(type: "INTEGER", nullable: false),
                    Body = table.Column<string>(type: "TEXT", nullable: true),
                    Location = table.Column<string>(type: "TEXT", nullable: true),
                    ETag = table.Column<string>(type: "TEXT", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false),
                    Unix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_IdempotencyKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "MetricChunks",
                columns: table => new
                {
                    Resolution = table.Column<int>(type: "INTEGER", nullable: false),
                    ContainerId = table.Column<int>(type: "INTEGER", nullable: false),
                    DomainId = table.Column<int>(type: "INTEGER", nullable: false),
                    Metric = table.Column<int>(type: "INTEGER", nullable: false),
                    Start = table.Column<long>(type: "INTEGER", nullable: false),
                    Data = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MetricChunks", x => new { x.Resolution, x.ContainerId, x.DomainId, x.Metric, x.Start });
                });

            migrationBuilder.CreateTable(
                name: "News",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Content = table.Column<string>(type: "TEXT", nullable: false),
                    Public = table.Column<bool>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_News", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "PrivilegedClients",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Address = table.Column<string>(type: "TEXT", nullable: false),
                    CertificateFingerprint = table.Column<string>(type: "TEXT", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PrivilegedClients", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Certificates",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Chain = table.Column<string>(type: "TEXT", nullable: false),
                    PrivateKey = table.Column<string>(type: "TEXT", nullable: false),
                    Names = table.Column<string>(type: "TEXT", nullable: false),
                    NotBeforeUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    NotAfterUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    Fingerprint = table.Column<string>(type: "TEXT", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Certificates", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Certificates_Customers_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "CustomerAttributes",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Namespace = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    Value = table.Column<string>(type: "TEXT", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CustomerAttributes", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CustomerAttributes_Customers_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Domains",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Uuid = table.Column<Guid>(type: "TEXT", nullable: false),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    VerifiedUnix = table.Column<long>(type: "INTEGER", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Domains", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Domains_Customers_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Legions",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Address = table.Column<string>(type: "TEXT", nullable: false),
                    Uuid = table.Column<Guid>(type: "TEXT", nullable: false),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: true),
                    Key = table.Column<string>(type: "TEXT", nullable: true),
                    Quorum = table.Column<int>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Legions", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Legions_Customers_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Tags",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Tags", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Tags_Customers_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Users",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Email = table.Column<string>(type: "TEXT", nullable: false),
                    PasswordHash = table.Column<string>(type: "TEXT", nullable: true),
                    Active = table.Column<bool>(type: "INTEGER", nullable: false),
                    Role = table.Column<int>(type: "INTEGER", nullable: false),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Users", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Users_Customers_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Servers",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Address = table.Column<string>(type: "TEXT", nullable: false),
                    Hd = table.Column<string>(type: "TEXT", nullable: false),
                    Memory = table.Column<int>(type: "INTEGER", nullable: false),
                    Storage = table.Column<int>(type: "INTEGER", nullable: false),
                    Uuid = table.Column<Guid>(type: "TEXT", nullable: false),
                    EtcResolvConf = table.Column<string>(type: "TEXT", nullable: false),
                    EtcHosts = table.Column<string>(type: "TEXT", nullable: false),
                    Weight = table.Column<int>(type: "INTEGER", nullable: false),
                    DatacenterId = table.Column<int>(type: "INTEGER", nullable: true),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    OwnerId = table.Column<int>(type: "INTEGER", nullable: true),
                    Ssd = table.Column<bool>(type: "INTEGER", nullable: false),
                    Systemd = table.Column<bool>(type: "INTEGER", nullable: false),
                    PortmapsUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    CertificateFingerprint = table.Column<string>(type: "TEXT", nullable: true),
                    ContainerdVersion = table.Column<long>(type: "INTEGER", nullable: false),
                    RouterVersion = table.Column<long>(type: "INTEGER", nullable: false),
                    ContainerdSeenUnix = table.Column<long>(type: "INTEGER", nullable: true),
                    RouterSeenUnix = table.Column<long>(type: "INTEGER", nullable: true),
                    RemovalConfirmedUntilUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Servers", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Servers_Customers_OwnerId",
                        column: x => x.OwnerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_Servers_Datacenters_DatacenterId",
                        column: x => x.DatacenterId,
                        principalTable: "Datacenters",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "DomainTags",
                columns: table => new
                {
                    DomainId = table.Column<int>(type: "INTEGER", nullable: false),
                    TagsId = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DomainTags", x => new { x.DomainId, x.TagsId });
                    table.ForeignKey(
                        name: "FK_DomainTags_Domains_DomainId",
                        column: x => x.DomainId,
                        principalTable: "Domains",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_DomainTags_Tags_TagsId",
                        column: x => x.TagsId,
                        principalTable: "Tags",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Tokens",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    UserId = table.Column<int>(type: "INTEGER", nullable: false),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: true),
                    Hash = table.Column<string>(type: "TEXT", nullable: false),
                    Scopes = table.Column<string>(type: "TEXT", nullable: false),
                    ExpiresUnix = table.Column<long>(type: "INTEGER", nullable: true),
                    LastUsedUnix = table.Column<long>(type: "INTEGER", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Tokens", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Tokens_Users_UserId",
                        column: x => x.UserId,
                        principalTable: "Users",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "CollectedValues",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ServerId = table.Column<int>(type: "INTEGER", nullable: false),
                    FileId = table.Column<int>(type: "INTEGER", nullable: false),
                    Value = table.Column<string>(type: "TEXT", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CollectedValues", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CollectedValues_CollectedFiles_FileId",
                        column: x => x.FileId,
                        principalTable: "CollectedFiles",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_CollectedValues_Servers_ServerId",
                        column: x => x.ServerId,
                        principalTable: "Servers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "CustomServices",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: false),
                    ServerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Config = table.Column<string>(type: "TEXT", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CustomServices", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CustomServices_Customers_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_CustomServices_Servers_ServerId",
                        column: x => x.ServerId,
                        principalTable: "Servers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "FloatingAddresses",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Address = table.Column<string>(type: "TEXT", nullable: false),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: true),
                    LegionId = table.Column<int>(type: "INTEGER", nullable: true),
                    ServerId = table.Column<int>(type: "INTEGER", nullable: true),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FloatingAddresses", x => x.Id);
                    table.ForeignKey(
                        name: "FK_FloatingAddresses_Customers_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_FloatingAddresses_Legions_LegionId",
                        column: x => x.LegionId,
                        principalTable: "Legions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_FloatingAddresses_Servers_ServerId",
                        column: x => x.ServerId,
                        principalTable: "Servers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "LegionMembers",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    LegionId = table.Column<int>(type: "INTEGER", nullable: false),
                    ServerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Weight = table.Column<int>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LegionMembers", x => x.Id);
                    table.ForeignKey(
                        name: "FK_LegionMembers_Legions_LegionId",
                        column: x => x.LegionId,
                        principalTable: "Legions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_LegionMembers_Servers_ServerId",
                        column: x => x.ServerId,
                        principalTable: "Servers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Alarms",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ContainerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Unix = table.Column<long>(type: "INTEGER", nullable: false),
                    Level = table.Column<int>(type: "INTEGER", nullable: false),
                    Color = table.Column<string>(type: "TEXT", nullable: false),
                    Message = table.Column<string>(type: "TEXT", nullable: false),
                    Line = table.Column<long>(type: "INTEGER", nullable: true),
                    Func = table.Column<string>(type: "TEXT", nullable: true),
                    Filename = table.Column<string>(type: "TEXT", nullable: true),
                    Class = table.Column<string>(type: "TEXT", nullable: true),
                    Vassal = table.Column<string>(type: "TEXT", nullable: true),
                    HostId = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Alarms", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ContainerTags",
                columns: table => new
                {
                    ContainerId = table.Column<int>(type: "INTEGER", nullable: false),
                    TagsId = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ContainerTags", x => new { x.ContainerId, x.TagsId });
                    table.ForeignKey(
                        name: "FK_ContainerTags_Tags_TagsId",
                        column: x => x.TagsId,
                        principalTable: "Tags",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Containers",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    SshKeys = table.Column<string>(type: "TEXT", nullable: false),
                    DistroId = table.Column<int>(type: "INTEGER", nullable: true),
                    ServerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Memory = table.Column<int>(type: "INTEGER", nullable: false),
                    Storage = table.Column<int>(type: "INTEGER", nullable: false),
                    Inodes = table.Column<long>(type: "INTEGER", nullable: true),
                    Pids = table.Column<int>(type: "INTEGER", nullable: true),
                    CpuWeight = table.Column<int>(type: "INTEGER", nullable: true),
                    CpuPercent = table.Column<int>(type: "INTEGER", nullable: true),
                    CustomerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Uuid = table.Column<Guid>(type: "TEXT", nullable: false),
                    Jid = table.Column<string>(type: "TEXT", nullable: true),
                    JidSecret = table.Column<string>(type: "TEXT", nullable: true),
                    JidDestinations = table.Column<string>(type: "TEXT", nullable: true),
                    PushoverUser = table.Column<string>(type: "TEXT", nullable: true),
                    PushoverToken = table.Column<string>(type: "TEXT", nullable: true),
                    PushoverSound = table.Column<string>(type: "TEXT", nullable: true),
                    PushbulletToken = table.Column<string>(type: "TEXT", nullable: true),
                    SlackWebhook = table.Column<string>(type: "TEXT", nullable: true),
                    Webhook = table.Column<string>(type: "TEXT", nullable: true),
                    AlarmMail = table.Column<string>(type: "TEXT", nullable: true),
                    QuotaThreshold = table.Column<int>(type: "INTEGER", nullable: false),
                    MemoryThreshold = table.Column<int>(type: "INTEGER", nullable: false),
                    AlarmFrequency = table.Column<int>(type: "INTEGER", nullable: false),
                    NoFollow = table.Column<bool>(type: "INTEGER", nullable: false),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Accounted = table.Column<bool>(type: "INTEGER", nullable: false),
                    LastRebootUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    SshKeysUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    MaxAlarms = table.Column<int>(type: "INTEGER", nullable: false),
                    AlarmKeyHash = table.Column<string>(type: "TEXT", nullable: true),
                    CustomDistrosStorage = table.Column<bool>(type: "INTEGER", nullable: false),
                    CustomDistroId = table.Column<int>(type: "INTEGER", nullable: true),
                    AdminNote = table.Column<string>(type: "TEXT", nullable: true),
                    AdminOrder = table.Column<string>(type: "TEXT", nullable: true),
                    Dmz = table.Column<bool>(type: "INTEGER", nullable: false),
                    DenyByDefault = table.Column<bool>(type: "INTEGER", nullable: false),
                    SecretUuid = table.Column<string>(type: "TEXT", nullable: true),
                    Reboots = table.Column<long>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Containers", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Containers_Customers_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_Containers_Distros_DistroId",
                        column: x => x.DistroId,
                        principalTable: "Distros",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_Containers_Servers_ServerId",
                        column: x => x.ServerId,
                        principalTable: "Servers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CustomDistros",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ContainerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Path = table.Column<string>(type: "TEXT", nullable: false),
                    Uuid = table.Column<Guid>(type: "TEXT", nullable: false),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CustomDistros", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CustomDistros_Containers_ContainerId",
                        column: x => x.ContainerId,
                        principalTable: "Containers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Links",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ContainerId = table.Column<int>(type: "INTEGER", nullable: false),
                    ToId = table.Column<int>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Links", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Links_Containers_ContainerId",
                        column: x => x.ContainerId,
                        principalTable: "Containers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_Links_Containers_ToId",
                        column: x => x.ToId,
                        principalTable: "Containers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Loopboxes",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ContainerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Filename = table.Column<string>(type: "TEXT", nullable: false),
                    Mountpoint = table.Column<string>(type: "TEXT", nullable: false),
                    ReadOnly = table.Column<bool>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Loopboxes", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Loopboxes_Containers_ContainerId",
                        column: x => x.ContainerId,
                        principalTable: "Containers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Portmaps",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Proto = table.Column<string>(type: "TEXT", nullable: false),
                    PublicPort = table.Column<int>(type: "INTEGER", nullable: false),
                    ContainerId = table.Column<int>(type: "INTEGER", nullable: false),
                    PrivatePort = table.Column<int>(type: "INTEGER", nullable: false),
                    ServerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Portmaps", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Portmaps_Containers_ContainerId",
                        column: x => x.ContainerId,
                        principalTable: "Containers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Rules",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ContainerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Direction = table.Column<string>(type: "TEXT", nullable: false),
                    Source = table.Column<string>(type: "TEXT", nullable: false),
                    Destination = table.Column<string>(type: "TEXT", nullable: false),
                    Action = table.Column<string>(type: "TEXT", nullable: false),
                    Target = table.Column<string>(type: "TEXT", nullable: true),
                    Priority = table.Column<int>(type: "INTEGER", nullable: false),
                    Uuid = table.Column<Guid>(type: "TEXT", nullable: false),
                    Note = table.Column<string>(type: "TEXT", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedUnix = table.Column<long>(type: "INTEGER", nullable: false),
                    ModifiedUnix = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Rules", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Rules_Containers_ContainerId",
                        column: x => x.ContainerId,
                        principalTable: "Containers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "CustomDistroTags",
                columns: table => new
                {
                    CustomDistroId = table.Column<int>(type: "INTEGER", nullable: false),
                    TagsId = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CustomDistroTags", x => new { x.CustomDistroId, x.TagsId });
                    table.ForeignKey(
                        name: "FK_CustomDistroTags_CustomDistros_CustomDistroId",
                        column: x => x.CustomDistroId,
                        principalTable: "CustomDistros",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_CustomDistroTags_Tags_TagsId",
                        column: x => x.TagsId,
                        principalTable: "Tags",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "LoopboxTags",
                columns: table => new
                {
                    LoopboxId = table.Column<int>(type: "INTEGER", nullable: false),
                    TagsId = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LoopboxTags", x => new { x.LoopboxId, x.TagsId });
                    table.ForeignKey(
                        name: "FK_LoopboxTags_Loopboxes_LoopboxId",
                        column: x => x.LoopboxId,
                        principalTable: "Loopboxes",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_LoopboxTags_Tags_TagsId",
                        column: x => x.TagsId,
                        principalTable: "Tags",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Alarms_ContainerId_HostId",
                table: "Alarms",
                columns: new[] { "ContainerId", "HostId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Alarms_ContainerId_Unix_Id",
                table: "Alarms",
                columns: new[] { "ContainerId", "Unix", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_CustomerId_Id",
                table: "AuditEntries",
                columns: new[] { "CustomerId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Certificates_CustomerId_Name",
                table: "Certificates",
                columns: new[] { "CustomerId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Changes_CustomerId_Version",
                table: "Changes",
                columns: new[] { "CustomerId", "Version" });

            migrationBuilder.CreateIndex(
                name: "IX_Changes_ServerId_Version",
                table: "Changes",
                columns: new[] { "ServerId", "Version" });

            migrationBuilder.CreateIndex(
                name: "IX_Changes_Transaction",
                table: "Changes",
                column: "Transaction");

            migrationBuilder.CreateIndex(
                name: "IX_CollectedFiles_Filename",
                table: "CollectedFiles",
                column: "Filename",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CollectedValues_FileId",
                table: "CollectedValues",
                column: "FileId");

            migrationBuilder.CreateIndex(
                name: "IX_CollectedValues_ServerId_FileId",
                table: "CollectedValues",
                columns: new[] { "ServerId", "FileId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ContainerTags_TagsId",
                table: "ContainerTags",
                column: "TagsId");

            migrationBuilder.CreateIndex(
                name: "IX_Containers_CustomDistroId",
                table: "Containers",
                column: "CustomDistroId");

            migrationBuilder.CreateIndex(
                name: "IX_Containers_CustomerId",
                table: "Containers",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_Containers_DistroId",
                table: "Containers",
                column: "DistroId");

            migrationBuilder.CreateIndex(
                name: "IX_Containers_ServerId",
                table: "Containers",
                column: "ServerId");

            migrationBuilder.CreateIndex(
                name: "IX_Containers_Uuid",
                table: "Containers",
                column: "Uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CustomDistroTags_TagsId",
                table: "CustomDistroTags",
                column: "TagsId");

            migrationBuilder.CreateIndex(
                name: "IX_CustomDistros_ContainerId_Name",
                table: "CustomDistros",
                columns: new[] { "ContainerId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CustomDistros_ContainerId_Path",
                table: "CustomDistros",
                columns: new[] { "ContainerId", "Path" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CustomDistros_Uuid",
                table: "CustomDistros",
                column: "Uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CustomServices_CustomerId",
                table: "CustomServices",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_CustomServices_Name",
                table: "CustomServices",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CustomServices_ServerId",
                table: "CustomServices",
                column: "ServerId");

            migrationBuilder.CreateIndex(
                name: "IX_CustomerAttributes_CustomerId_Namespace_Key",
                table: "CustomerAttributes",
                columns: new[] { "CustomerId", "Namespace", "Key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Customers_Name",
                table: "Customers",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Customers_Uuid",
                table: "Customers",
                column: "Uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Datacenters_Name",
                table: "Datacenters",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Distros_Name",
                table: "Distros",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Distros_Path",
                table: "Distros",
                column: "Path",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Distros_Uuid",
                table: "Distros",
                column: "Uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_DomainTags_TagsId",
                table: "DomainTags",
                column: "TagsId");

            migrationBuilder.CreateIndex(
                name: "IX_Domains_CustomerId",
                table: "Domains",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_Domains_Name",
                table: "Domains",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Domains_Uuid",
                table: "Domains",
                column: "Uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_FloatingAddresses_Address",
                table: "FloatingAddresses",
                column: "Address",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_FloatingAddresses_CustomerId",
                table: "FloatingAddresses",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_FloatingAddresses_LegionId",
                table: "FloatingAddresses",
                column: "LegionId");

            migrationBuilder.CreateIndex(
                name: "IX_FloatingAddresses_ServerId",
                table: "FloatingAddresses",
                column: "ServerId");

            migrationBuilder.CreateIndex(
                name: "IX_IdempotencyKeys_Unix",
                table: "IdempotencyKeys",
                column: "Unix");

            migrationBuilder.CreateIndex(
                name: "IX_LegionMembers_LegionId_ServerId",
                table: "LegionMembers",
                columns: new[] { "LegionId", "ServerId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_LegionMembers_ServerId",
                table: "LegionMembers",
                column: "ServerId");

            migrationBuilder.CreateIndex(
                name: "IX_Legions_CustomerId",
                table: "Legions",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_Legions_Name",
                table: "Legions",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Legions_Uuid",
                table: "Legions",
                column: "Uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Links_ContainerId_ToId",
                table: "Links",
                columns: new[] { "ContainerId", "ToId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Links_ToId",
                table: "Links",
                column: "ToId");

            migrationBuilder.CreateIndex(
                name: "IX_LoopboxTags_TagsId",
                table: "LoopboxTags",
                column: "TagsId");

            migrationBuilder.CreateIndex(
                name: "IX_Loopboxes_ContainerId_Filename",
                table: "Loopboxes",
                columns: new[] { "ContainerId", "Filename" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Loopboxes_ContainerId_Mountpoint",
                table: "Loopboxes",
                columns: new[] { "ContainerId", "Mountpoint" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MetricChunks_DomainId_Metric_Start",
                table: "MetricChunks",
                columns: new[] { "DomainId", "Metric", "Start" });

            migrationBuilder.CreateIndex(
                name: "IX_MetricChunks_Resolution_Start",
                table: "MetricChunks",
                columns: new[] { "Resolution", "Start" });

            migrationBuilder.CreateIndex(
                name: "IX_Portmaps_ContainerId",
                table: "Portmaps",
                column: "ContainerId");

            migrationBuilder.CreateIndex(
                name: "IX_Portmaps_Proto_PrivatePort_ContainerId",
                table: "Portmaps",
                columns: new[] { "Proto", "PrivatePort", "ContainerId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Portmaps_ServerId_Proto_PublicPort",
                table: "Portmaps",
                columns: new[] { "ServerId", "Proto", "PublicPort" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_PrivilegedClients_Name",
                table: "PrivilegedClients",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Rules_ContainerId",
                table: "Rules",
                column: "ContainerId");

            migrationBuilder.CreateIndex(
                name: "IX_Rules_Uuid",
                table: "Rules",
                column: "Uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Servers_Address",
                table: "Servers",
                column: "Address",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Servers_DatacenterId",
                table: "Servers",
                column: "DatacenterId");

            migrationBuilder.CreateIndex(
                name: "IX_Servers_Name",
                table: "Servers",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Servers_OwnerId",
                table: "Servers",
                column: "OwnerId");

            migrationBuilder.CreateIndex(
                name: "IX_Servers_Uuid",
                table: "Servers",
                column: "Uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Tags_CustomerId_Name",
                table: "Tags",
                columns: new[] { "CustomerId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Tokens_CustomerId",
                table: "Tokens",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_Tokens_Hash",
                table: "Tokens",
                column: "Hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Tokens_UserId",
                table: "Tokens",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_Users_CustomerId",
                table: "Users",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_Users_Name",
                table: "Users",
                column: "Name",
                unique: true);

            migrationBuilder.AddForeignKey(
                name: "FK_Alarms_Containers_ContainerId",
                table: "Alarms",
                column: "ContainerId",
                principalTable: "Containers",
                principalColumn: "Id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_ContainerTags_Containers_ContainerId",
                table: "ContainerTags",
                column: "ContainerId",
                principalTable: "Containers",
                principalColumn: "Id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_Containers_CustomDistros_CustomDistroId",
                table: "Containers",
                column: "CustomDistroId",
                principalTable: "CustomDistros",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_CustomDistros_Containers_ContainerId",
                table: "CustomDistros");

            migrationBuilder.DropTable(
                name: "Alarms");

            migrationBuilder.DropTable(
                name: "AuditEntries");

            migrationBuilder.DropTable(
                name: "Authorities");

            migrationBuilder.DropTable(
                name: "Certificates");

            migrationBuilder.DropTable(
                name: "Changes");

            migrationBuilder.DropTable(
                name: "CollectedValues");

            migrationBuilder.DropTable(
                name: "ContainerTags");

            migrationBuilder.DropTable(
                name: "CustomDistroTags");

            migrationBuilder.DropTable(
                name: "CustomServices");

            migrationBuilder.DropTable(
                name: "CustomerAttributes");

            migrationBuilder.DropTable(
                name: "DomainTags");

            migrationBuilder.DropTable(
                name: "FloatingAddresses");

            migrationBuilder.DropTable(
                name: "IdempotencyKeys");

            migrationBuilder.DropTable(
                name: "LegionMembers");

            migrationBuilder.DropTable(
                name: "Links");

            migrationBuilder.DropTable(
                name: "LoopboxTags");

            migrationBuilder.DropTable(
                name: "MetricChunks");

            migrationBuilder.DropTable(
                name: "News");

            migrationBuilder.DropTable(
                name: "Portmaps");

            migrationBuilder.DropTable(
                name: "PrivilegedClients");

            migrationBuilder.DropTable(
                name: "Rules");

            migrationBuilder.DropTable(
                name: "Tokens");

            migrationBuilder.DropTable(
                name: "CollectedFiles");

            migrationBuilder.DropTable(
                name: "Domains");

            migrationBuilder.DropTable(
                name: "Legions");

            migrationBuilder.DropTable(
                name: "Loopboxes");

            migrationBuilder.DropTable(
                name: "Tags");

            migrationBuilder.DropTable(
                name: "Users");

            migrationBuilder.DropTable(
                name: "Containers");

            migrationBuilder.DropTable(
                name: "CustomDistros");

            migrationBuilder.DropTable(
                name: "Distros");

            migrationBuilder.DropTable(
                name: "Servers");

            migrationBuilder.DropTable(
                name: "Customers");

            migrationBuilder.DropTable(
                name: "Datacenters");
        }
    }
}
