// One account: the tables of the gateway, and what the Functions host keeps for itself.

@description('Required. The region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. What makes names unique.')
@minLength(13)
@maxLength(13)
param token string

@description('Required. Copies: LRS within a data centre, ZRS over zones.')
param sku 'Standard_LRS' | 'Standard_ZRS'

@description('Required. True closes the account to all but its private endpoints.')
param privateNetwork bool

// The app makes no tables: they are made here, and locally by `gateway up`.
var tableNames = ['channels', 'instances', 'sessions']

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'st${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource deploymentContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'app-package'
  properties: { publicAccess: 'None' }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = [
  for name in tableNames: {
    parent: tableService
    name: name
  }
]

output name string = account.name
output deploymentContainerName string = deploymentContainer.name
output tableNames string[] = [for (name, at) in tableNames: tables[at].name]
